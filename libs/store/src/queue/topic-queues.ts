import { continueStringHash } from '../bytes/java-string-hash';
import type { ConsumeQueue } from './consume-queue';

const SCHEDULE_TOPIC = 'SCHEDULE_TOPIC_XXXX';

/** A topic's queues, and what is worked out once per topic for the hot path. */
export class TopicQueues {
  readonly topicBytes: Buffer;
  /** Hash of `topic#`, which the hash of an index key continues. */
  readonly keyPrefixHash: number;
  /** Hash of `topic#T#`, for the index entries of tags. */
  readonly tagPrefixHash: number;
  /** Units of the delay topic carry the delivery time instead of the hash of the tags. */
  readonly isSchedule: boolean;
  readonly queues = new Map<number, ConsumeQueue>();
  /** The topic's folder was synced after the last queue folder was made in it. */
  areNamesDurable = false;

  constructor(
    readonly topic: string,
    /** Name of the topic's folder, escaped where the platform needs it. */
    readonly folderName: string,
  ) {
    this.topicBytes = Buffer.from(topic, 'utf8');
    const prefix = Buffer.from(`${topic}#`, 'utf8');
    this.keyPrefixHash = continueStringHash(0, prefix, 0, prefix.length);
    this.tagPrefixHash = continueStringHash(this.keyPrefixHash, TAG_PREFIX, 0, TAG_PREFIX.length);
    this.isSchedule = topic === SCHEDULE_TOPIC;
  }
}

const TAG_PREFIX = Buffer.from('T#');
