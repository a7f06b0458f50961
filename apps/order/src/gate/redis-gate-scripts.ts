/**
 * One hash and one sorted set a sale, in one slot by their braces:
 *   KEYS[1] seckill:{sale}:gate     field `remaining`, and for each buyer `b:<buyer>` = order id,
 *                                   or `-` + order id once it was given back
 *   KEYS[2] seckill:{sale}:pending  members `<buyer> <order>`, scored by when they were admitted (ms)
 * The server's clock is used, so that instances need not agree on the time.
 */
const NOW = `local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)`;

/** ARGV: buyer, order. */
export const RESERVE = `
local remaining = redis.call('HGET', KEYS[1], 'remaining')
if not remaining then return 'EMPTY' end
if redis.call('HEXISTS', KEYS[1], 'b:' .. ARGV[1]) == 1 then return 'ALREADY_BOUGHT' end
if tonumber(remaining) <= 0 then return 'SOLD_OUT' end
redis.call('HINCRBY', KEYS[1], 'remaining', -1)
redis.call('HSET', KEYS[1], 'b:' .. ARGV[1], ARGV[2])
${NOW}
redis.call('ZADD', KEYS[2], now, ARGV[1] .. ' ' .. ARGV[2])
return 'ADMITTED'`;

/** ARGV: buyer, order, 1 to forget the buyer, 1 to keep the item. */
export const RELEASE = `
if redis.call('HGET', KEYS[1], 'b:' .. ARGV[1]) ~= ARGV[2] then return 0 end
if ARGV[3] == '1' then redis.call('HDEL', KEYS[1], 'b:' .. ARGV[1])
else redis.call('HSET', KEYS[1], 'b:' .. ARGV[1], '-' .. ARGV[2]) end
redis.call('ZREM', KEYS[2], ARGV[1] .. ' ' .. ARGV[2])
if ARGV[4] ~= '1' then redis.call('HINCRBY', KEYS[1], 'remaining', 1) end
return 1`;

/** ARGV: remaining, then buyer and order in turn. Later parts of a long list go by FILL_MORE. */
export const FILL = `
if redis.call('HEXISTS', KEYS[1], 'remaining') == 1 then return 0 end
for i = 2, #ARGV, 2 do redis.call('HSET', KEYS[1], 'b:' .. ARGV[i], ARGV[i + 1]) end
redis.call('HSET', KEYS[1], 'remaining', ARGV[1])
return 1`;

/** ARGV: buyer and order in turn; before the sale is filled. */
export const FILL_MORE = `
if redis.call('HEXISTS', KEYS[1], 'remaining') == 1 then return 0 end
for i = 1, #ARGV, 2 do redis.call('HSET', KEYS[1], 'b:' .. ARGV[i], ARGV[i + 1]) end
return 1`;

/** ARGV: age in ms, most members. */
export const UNSETTLED = `
${NOW}
return redis.call('ZRANGEBYSCORE', KEYS[2], '-inf', now - tonumber(ARGV[1]), 'LIMIT', 0, ARGV[2])`;
