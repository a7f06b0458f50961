import type { Point } from '../conformance/transaction-service';

/** Points at which a worker is killed; `RUNNING` is wherever it is just then. */
export type KillPoint = Point | 'BROKER_TOLD' | 'RUNNING';

export const KILL_POINTS: readonly KillPoint[] = [
  'HALF_STORED',
  'BEGUN',
  'LOGGED',
  'WRITTEN',
  'COMMITTED',
  'BROKER_TOLD',
  'RUNNING',
];

export type WorkerEngine = 'PostgreSQL' | 'MariaDB';

/** What a worker is started with, as JSON in the environment variable WORKER. */
export interface WorkerStart {
  readonly engine: WorkerEngine;
  readonly url: string;
  readonly namesrvAddr: string;
  /** Orders to be created, each held at its point. */
  readonly orders: readonly { readonly id: string; readonly point: KillPoint }[];
}

/** An order has reached a point. `HALF_STORED` is told of each one, with its transaction. */
export interface FromWorker {
  readonly id: string;
  readonly point: KillPoint;
  readonly transactionId?: string;
}
