import * as crypto from 'node:crypto';
import type { Random } from '@rocket-nest/common';

/** A body that says who sent it and carries its own hash: SENDER:SEQUENCE:SHA1:FILLER. */
export interface Payload {
  readonly sender: number;
  readonly sequence: number;
  readonly hash: string;
}

const MAX_SMALL_BYTES = 3000;
const LARGE_BYTES = 70_000;
const LARGE_ONE_IN = 200;

export function makePayload(
  random: Random,
  sender: number,
  sequence: number,
): { payload: Payload; body: Buffer } {
  const size =
    random.nextInt(LARGE_ONE_IN) === 0 ? LARGE_BYTES : 1 + random.nextInt(MAX_SMALL_BYTES);
  const filler = Buffer.alloc(size, random.nextInt(256));
  filler.writeUInt8(random.nextInt(256), random.nextInt(size));
  const hash = hashOf(sender, sequence, filler);
  const body = Buffer.concat([Buffer.from(`${sender}:${sequence}:${hash}:`), filler]);
  return { payload: { sender, sequence, hash }, body };
}

/** Undefined when the body is not what some sender sent. */
export function readPayload(body: Buffer): Payload | undefined {
  const match = /^(\d+):(\d+):([0-9a-f]{40}):/.exec(body.toString('latin1', 0, 80));
  if (!match) return undefined;
  const payload = { sender: Number(match[1]), sequence: Number(match[2]), hash: match[3] };
  const filler = body.subarray(match[0].length);
  return hashOf(payload.sender, payload.sequence, filler) === payload.hash ? payload : undefined;
}

function hashOf(sender: number, sequence: number, filler: Buffer): string {
  return crypto.createHash('sha1').update(`${sender}:${sequence}:`).update(filler).digest('hex');
}
