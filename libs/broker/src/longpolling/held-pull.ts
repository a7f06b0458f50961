import type { Connection } from '@rocket-nest/remoting';

/** A pull that waits for messages. */
export interface HeldPull {
  readonly connection: Connection;
  readonly consumerGroup: string;
  readonly topic: string;
  readonly queueId: number;
  /** The queue offset it waits for; a message there or after it ends the wait. */
  readonly offset: number;
  /** Which messages it waits for; undefined: any. */
  readonly filter: { matchesTagsCode(tagsCode: number): boolean } | undefined;
  /** Pulls once more and answers whatever comes out. */
  resume(): void;
}
