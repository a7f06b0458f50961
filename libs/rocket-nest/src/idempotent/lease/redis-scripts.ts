import { createHash } from 'node:crypto';

/** A Lua script with the name under which Redis keeps it. */
export interface RedisScript {
  readonly text: string;
  readonly sha1: string;
}

function script(text: string): RedisScript {
  return { text, sha1: createHash('sha1').update(text).digest('hex') };
}

/*
 * One string a key: `P<token>` while it is claimed, expiring with the lease, and `D<result>` once it
 * is done, expiring with the TTL. A token is `<microseconds of the server's clock>:<owner>`: it grows
 * with each claim, also when the key was deleted in between.
 */

/** KEYS: key. ARGV: owner, lease in ms. A command that the client sent twice finds its own claim. */
export const CLAIM_SCRIPT = script(`
local held = redis.call('GET', KEYS[1])
if held then
  if string.sub(held, 1, 1) == 'D' then return { 'DONE', string.sub(held, 2) } end
  if string.match(held, ':(.*)$') == ARGV[1] then return { 'CLAIMED', string.sub(held, 2) } end
  return { 'HELD', redis.call('PTTL', KEYS[1]) }
end
local now = redis.call('TIME')
local token = string.format('%.0f', now[1] * 1000000 + now[2]) .. ':' .. ARGV[1]
redis.call('SET', KEYS[1], 'P' .. token, 'PX', ARGV[2])
return { 'CLAIMED', token }
`);

/** KEYS: key. ARGV: token, new value, its life in ms. Gives 0 when another one has the key. */
export const REPLACE_SCRIPT = script(`
local held = redis.call('GET', KEYS[1])
if held and held ~= 'P' .. ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
`);

/** KEYS: key. ARGV: token. */
export const RELEASE_SCRIPT = script(`
if redis.call('GET', KEYS[1]) == 'P' .. ARGV[1] then return redis.call('DEL', KEYS[1]) end
return 0
`);
