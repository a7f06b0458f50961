import { networkInterfaces } from 'node:os';
import { SystemClock, SystemRandom, UniqueIdGenerator } from '@rocket-nest/common';

/**
 * Makes the unique keys of messages here rather than in the client, so that a message has its key
 * before the first try to send it, and keeps it when it is sent again from the outbox.
 */
export function messageIds(): UniqueIdGenerator {
  const addresses = Object.values(networkInterfaces()).flatMap((group) => group ?? []);
  const usable = addresses.filter((address) => !address.internal);
  const ip = (usable.find(({ family }) => family === 'IPv4') ?? usable[0])?.address;
  return new UniqueIdGenerator({ ip: ip ?? '127.0.0.1' }, new SystemClock(), new SystemRandom());
}
