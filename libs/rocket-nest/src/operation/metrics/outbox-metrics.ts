import { Counter, Gauge } from 'prom-client';
import type { Outbox, OutboxBacklog } from '../../outbox/outbox';
import type { MetricContext } from './metric-context';

/** Outbox of one connection. */
export interface ConnectionOutbox {
  readonly connection: string;
  readonly outbox: Pick<Outbox, 'stats' | 'backlog'>;
}

interface ConnectionBacklog extends OutboxBacklog {
  readonly connection: string;
}

const MS_PER_SECOND = 1000;

/** Shows what the relays sent, and what the tables hold, as it stands when the metrics are asked for. */
export function watchOutboxes(
  { nameOf, registers }: MetricContext,
  read: () => readonly ConnectionOutbox[],
): void {
  const relayed: Counter<'connection' | 'outcome'> = new Counter({
    name: nameOf('outbox_relayed_total'),
    help: 'Tries to send a message of the outbox: sent, retried later, or parked as FAILED.',
    labelNames: ['connection', 'outcome'],
    registers,
    collect: () => {
      relayed.reset();
      for (const { connection, outbox } of read()) {
        for (const [outcome, count] of Object.entries(outbox.stats)) {
          relayed.inc({ connection, outcome }, count);
        }
      }
    },
  });
  const look = lookOnce(read);
  const age: Gauge<'connection'> = new Gauge({
    name: nameOf('outbox_oldest_age_seconds'),
    help: 'Age of the oldest message in the outbox that waits to be sent; 0 when none does.',
    labelNames: ['connection'],
    registers,
    collect: async () => {
      const backlogs = await look();
      age.reset();
      for (const { connection, oldestPendingAgeMs } of backlogs) {
        age.set({ connection }, oldestPendingAgeMs / MS_PER_SECOND);
      }
    },
  });
  const messages: Gauge<'connection' | 'state'> = new Gauge({
    name: nameOf('outbox_messages'),
    help: 'Messages in the outbox, PENDING or FAILED; counted in the database.',
    labelNames: ['connection', 'state'],
    registers,
    collect: async () => {
      const backlogs = await look();
      messages.reset();
      for (const { connection, pending, failed } of backlogs) {
        messages.set({ connection, state: 'PENDING' }, pending);
        messages.set({ connection, state: 'FAILED' }, failed);
      }
    },
  });
}

/** Asks the databases once for all metrics that are asked for at the same time. */
function lookOnce(read: () => readonly ConnectionOutbox[]): () => Promise<ConnectionBacklog[]> {
  let looking: Promise<ConnectionBacklog[]> | undefined;
  const lookAt = async ({ connection, outbox }: ConnectionOutbox): Promise<ConnectionBacklog[]> => {
    try {
      return [{ connection, ...(await outbox.backlog()) }];
    } catch {
      // A database that is away must not take the other metrics along.
      return [];
    }
  };
  return () => {
    looking ??= Promise.all(read().map(lookAt))
      .then((backlogs) => backlogs.flat())
      .finally(() => (looking = undefined));
    return looking;
  };
}
