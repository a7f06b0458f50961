import { createHash } from 'node:crypto';
import type { MessageQueue } from '@rocket-nest/common';
import type {
  AllocateMessageQueueStrategy,
  AllocateRequest,
} from './allocate-message-queue-strategy';

/** Gives an unsigned number for a key; every member of a group uses the same one. */
export type HashFunction = (key: string) => number;

const DEFAULT_VIRTUAL_NODES = 10;

/**
 * Members and queues on a ring by their hashes, each queue to the next member: few queues move when a
 * member comes or goes.
 */
export class AllocateMessageQueueConsistentHash implements AllocateMessageQueueStrategy {
  readonly name = 'CONSISTENT_HASH';

  /** A member stands on the ring in `virtualNodes` places (default 10). */
  constructor(
    private readonly virtualNodes = DEFAULT_VIRTUAL_NODES,
    private readonly hash: HashFunction = md5Hash,
  ) {}

  allocate({ currentClientId, messageQueues, clientIds }: AllocateRequest): MessageQueue[] {
    if (!clientIds.includes(currentClientId)) return [];
    const ring = this.ringOf(clientIds);
    const places = [...ring.keys()].sort((a, b) => a - b);
    return messageQueues.filter((queue) => {
      const at = this.hash(keyOf(queue));
      const place = places.find((candidate) => candidate >= at) ?? places[0];
      return ring.get(place) === currentClientId;
    });
  }

  private ringOf(clientIds: readonly string[]): Map<number, string> {
    const ring = new Map<number, string>();
    for (const id of clientIds) {
      for (let node = 0; node < this.virtualNodes; node++) {
        ring.set(this.hash(`${id}-${node}`), id);
      }
    }
    return ring;
  }
}

/** The original's text of a queue; the hash is made of it. */
function keyOf({ topic, brokerName, queueId }: MessageQueue): string {
  return `MessageQueue [topic=${topic}, brokerName=${brokerName}, queueId=${queueId}]`;
}

/** The first 4 bytes of the MD5, big-endian. */
function md5Hash(key: string): number {
  return createHash('md5').update(key).digest().readUInt32BE(0);
}
