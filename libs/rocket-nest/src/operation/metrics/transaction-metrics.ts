import { Counter } from 'prom-client';
import type { TransactionStats } from '../../transaction/transaction-stats';
import type { MetricContext } from './metric-context';

/** Counts of one connection. */
export interface ConnectionTransactions {
  readonly connection: string;
  readonly stats: Readonly<TransactionStats>;
}

const OUTCOMES = {
  committed: 'committed',
  rolledBack: 'rolled_back',
  inDoubt: 'in_doubt',
  checkedCommit: 'checked_commit',
  checkedRollback: 'checked_rollback',
  checkedUnknown: 'checked_unknown',
  alarms: 'alarm',
} as const satisfies Record<keyof TransactionStats, string>;

/** Shows how transactional messages ended, as it stands when the metrics are asked for. */
export function countTransactions(
  { nameOf, registers }: MetricContext,
  read: () => readonly ConnectionTransactions[],
): void {
  const counter: Counter<'connection' | 'outcome'> = new Counter({
    name: nameOf('transactions_total'),
    help: 'Ends of transactional messages, and answers to checks; an alarm wants someone to look.',
    labelNames: ['connection', 'outcome'],
    registers,
    collect: () => {
      counter.reset();
      for (const { connection, stats } of read()) {
        for (const [key, outcome] of Object.entries(OUTCOMES)) {
          counter.inc({ connection, outcome }, stats[key as keyof TransactionStats]);
        }
      }
    },
  });
}
