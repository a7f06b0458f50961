/** Where a worker is killed, in the order in which a message gets there. */
export const CRASH_POINTS = [
  'received',
  'claimed',
  'handler started',
  'effect committed',
  'marked done',
  'acknowledged',
  'offset stored',
] as const;
export type CrashPoint = (typeof CRASH_POINTS)[number];

export const STORES = ['db', 'redis'] as const;
export type StoreKind = (typeof STORES)[number];

export const topicOf = (store: StoreKind): string => `kill-${store}`;
export const groupOf = (store: StoreKind): string => `kill-${store}-group`;

/** The body of a message: what takes effect, and in which round a worker is killed at which point. */
export interface WorkerMessage {
  readonly key: string;
  /** Without it the message is handled as usual. */
  readonly doom?: { readonly round: number; readonly point: CrashPoint };
}

/** How long Redis keeps the claim of a worker that was killed. */
export const LEASE_MS = 2000;
export const PERSIST_OFFSET_INTERVAL_MS = 200;

export type ToWorker =
  | {
      readonly type: 'start';
      readonly namesrvAddr: string;
      readonly postgresPort: number;
      readonly redisUrl: string;
      /** The round in which it is killed; a worker without one survives. */
      readonly round?: number | undefined;
    }
  /** Acknowledge what is held at 'acknowledged', and then die. */
  | { readonly type: 'acknowledge and die' };

export type FromWorker =
  | { readonly type: 'loaded' }
  | { readonly type: 'assigned'; readonly store: StoreKind; readonly queueIds: readonly number[] }
  | {
      readonly type: 'at';
      readonly store: StoreKind;
      readonly point: CrashPoint;
      readonly key: string;
      readonly queueId: number;
      readonly queueOffset: number;
    }
  /** A message that Redis keeps the claim of is handed to the handler. */
  | { readonly type: 'began'; readonly messageId: string }
  /** The lease of a message ran out under its handler. */
  | { readonly type: 'lost'; readonly messageId: string }
  /** A message was executed or found to be a duplicate. */
  | { readonly type: 'settled'; readonly store: StoreKind; readonly messageId: string };
