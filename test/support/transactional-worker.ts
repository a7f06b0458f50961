/** A service with a transactional method that is held at a point for each order, to be killed there. */
import 'reflect-metadata';
import { knexService } from '../conformance/databases/knex-database';
import { postgresService } from '../conformance/databases/plain-databases';
import { TransactionService } from '../conformance/transaction-service';
import type { FromWorker, KillPoint, WorkerStart } from './transactional-worker.protocol';

const start = JSON.parse(process.env.WORKER ?? '{}') as WorkerStart;
const pointOf = new Map(start.orders.map(({ id, point }) => [id, point]));

const tell = (message: FromWorker): void => void process.send?.(message);
const forever = new Promise<never>(() => undefined);

function reached(service: TransactionService, point: KillPoint, id: string): void | Promise<void> {
  const isHeld = pointOf.get(id) === point;
  if (point === 'HALF_STORED') {
    tell({ id, point, transactionId: service.halves.get(id)?.properties.get('UNIQ_KEY') });
  } else if (isHeld) {
    tell({ id, point });
  }
  return isHeld ? forever : undefined;
}

async function main(): Promise<void> {
  const { engine, url, namesrvAddr, orders } = start;
  const database = engine === 'PostgreSQL' ? postgresService(url) : knexService(url);
  const service = await TransactionService.start(namesrvAddr, database);
  service.observeStatements();
  service.observe = (point, id) => reached(service, point, id);
  for (const { id, point } of orders.filter((order) => order.point !== 'RUNNING')) {
    void service.orders.create({ id }).then(
      () => reached(service, 'BROKER_TOLD', id),
      () => tell({ id, point }), // a check came first
    );
  }
  for (const { id } of orders.filter((order) => order.point === 'RUNNING')) {
    await service.orders.create({ id }).catch(() => undefined);
  }
}

void main();
