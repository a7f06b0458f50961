/**
 * A Nest service that consumes one topic by database idempotency and one by Redis idempotency, and
 * holds messages at crash points until it is killed there. It knows the library by its public parts
 * only: wrappers around listeners, events, and a `query` of pg that waits.
 */
import 'reflect-metadata';
import { AsyncLocalStorage } from 'node:async_hooks';
import { type DynamicModule, Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { InjectRepository, TypeOrmModule } from '@nestjs/typeorm';
import { Client } from 'pg';
import {
  Idempotent,
  IdempotencyEvents,
  ListenerRegistrar,
  type ListenerDefinition,
  type ListenerInvoke,
  ListenerWrappers,
  MessageBody,
  RocketDatabaseModule,
  RocketIdempotencyModule,
  RocketListener,
  RocketModule,
  type RocketModuleOptions,
} from 'rocket-nest';
import { EntitySchema, Repository } from 'typeorm';
import {
  type CrashPoint,
  type FromWorker,
  groupOf,
  LEASE_MS,
  PERSIST_OFFSET_INTERVAL_MS,
  STORES,
  type StoreKind,
  topicOf,
  type ToWorker,
  type WorkerMessage,
} from './idempotent-worker.protocol';

type Start = Extract<ToWorker, { type: 'start' }>;
type Place = Omit<Extract<FromWorker, { type: 'at' }>, 'type' | 'point'>;

interface Effect {
  id: number;
  key: string;
  store: string;
}

const effectSchema = new EntitySchema<Effect>({
  name: 'Effect',
  tableName: 'effects',
  columns: {
    id: { type: 'integer', primary: true, generated: 'increment' },
    key: { type: 'text', name: 'effect_key' },
    store: { type: 'text' },
  },
});

const ASSIGNMENT_POLL_MS = 20;
const send = (message: FromWorker): void => void process.send?.(message);
const never = (): Promise<never> => new Promise(() => undefined);

/** A message on its way, for whatever is called underneath. */
interface Passage {
  readonly place: Place;
  readonly doomedAt: CrashPoint | undefined;
}
const passages = new AsyncLocalStorage<Passage>();
let myRound: number | undefined;
let registrar: ListenerRegistrar | undefined;
const acknowledged: Place[] = [];
let acknowledge: () => void = () => undefined;
const acknowledgement = new Promise<void>((resolve) => (acknowledge = resolve));

/** Says that a doomed message got here, and keeps it here. */
async function hold(point: CrashPoint): Promise<void> {
  const passage = passages.getStore();
  if (passage?.doomedAt !== point) return;
  send({ type: 'at', point, ...passage.place });
  await never();
}

function holdCommits(): void {
  const { query } = Client.prototype as { query: (...args: unknown[]) => Promise<unknown> };
  Client.prototype.query = async function (this: Client, ...args: unknown[]): Promise<unknown> {
    const answer: unknown = await query.apply(this, args);
    if (args[0] === 'COMMIT') await hold('effect committed');
    return answer;
  } as typeof Client.prototype.query;
}

const storeOf = (listener: ListenerDefinition): StoreKind => listener.id as StoreKind;

/** Outermost of all. */
const outside = {
  wrap:
    (listener: ListenerDefinition, next: ListenerInvoke): ListenerInvoke =>
    (message, context) => {
      const { key, doom } = JSON.parse(message.body.toString()) as WorkerMessage;
      const doomedAt = doom && doom.round === myRound ? doom.point : undefined;
      const { queueId, queueOffset } = message;
      const place = { store: storeOf(listener), key, queueId, queueOffset };
      return passages.run({ place, doomedAt }, async () => {
        await hold('received');
        const value = await next(message, context);
        if (doomedAt === 'acknowledged') {
          acknowledged.push(place);
          send({ type: 'at', point: doomedAt, ...place });
          await acknowledgement;
        }
        if (doomedAt === 'offset stored') send({ type: 'at', point: doomedAt, ...place });
        return value;
      });
    },
};

/** Around the idempotency, so that what returns here is done. */
const aroundIdempotency = {
  wrap:
    (_listener: ListenerDefinition, next: ListenerInvoke): ListenerInvoke =>
    async (message, context) => {
      const value = await next(message, context);
      await hold('marked done');
      return value;
    },
};

/** Between the idempotency and the handler. */
const insideIdempotency = {
  wrap:
    (listener: ListenerDefinition, next: ListenerInvoke): ListenerInvoke =>
    async (message, context) => {
      if (storeOf(listener) === 'redis') send({ type: 'began', messageId: context.messageId });
      await hold('claimed');
      const value = await next(message, context);
      // In a database the effect is committed with the mark, see holdCommits.
      if (storeOf(listener) === 'redis') await hold('effect committed');
      return value;
    },
};

@Injectable()
class EffectListener {
  constructor(@InjectRepository(effectSchema) private readonly effects: Repository<Effect>) {}

  @RocketListener({
    id: 'db',
    topic: topicOf('db'),
    consumerGroup: groupOf('db'),
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
  })
  @Idempotent({ store: 'db' })
  async onDatabaseMessage(@MessageBody() { key, doom }: WorkerMessage): Promise<void> {
    const writesFirst = doom !== undefined && doom.round % 2 === 1;
    if (!writesFirst) await hold('handler started');
    await this.effects.insert({ key, store: 'db' });
    if (writesFirst) await hold('handler started');
  }

  @RocketListener({
    id: 'redis',
    topic: topicOf('redis'),
    consumerGroup: groupOf('redis'),
    consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET',
  })
  @Idempotent({ store: 'redis', leaseMs: LEASE_MS })
  async onRedisMessage(@MessageBody() { key }: WorkerMessage): Promise<void> {
    await hold('handler started');
    await this.effects.insert({ key, store: 'redis' });
  }
}

@Injectable()
class CrashPoints implements OnModuleInit {
  constructor(
    @Inject(ListenerWrappers) private readonly wrappers: ListenerWrappers,
    @Inject(IdempotencyEvents) private readonly events: IdempotencyEvents,
  ) {}

  onModuleInit(): void {
    holdCommits();
    this.wrappers.add(outside, 1);
    this.wrappers.add(aroundIdempotency, 99);
    this.wrappers.add(insideIdempotency, 101);
    this.events.subscribe(({ type, store, scope }) => {
      if (type === 'lost') send({ type, messageId: scope.key });
      if (type !== 'executed' && type !== 'duplicate') return;
      send({ type: 'settled', store: store as StoreKind, messageId: scope.key });
    });
  }
}

@Module({})
class WorkerModule {
  static on({ namesrvAddr, postgresPort, redisUrl }: Start): DynamicModule {
    const client = {
      // Of the consumers; the test waits for offsets to be stored.
      persistConsumerOffsetIntervalMs: PERSIST_OFFSET_INTERVAL_MS,
    } as RocketModuleOptions['client'];
    return {
      module: WorkerModule,
      imports: [
        RocketModule.forRoot({ namesrvAddr, client }),
        TypeOrmModule.forRoot({
          type: 'postgres',
          host: '127.0.0.1',
          port: postgresPort,
          username: 'app',
          database: 'postgres',
          entities: [effectSchema],
        }),
        TypeOrmModule.forFeature([effectSchema]),
        RocketDatabaseModule.forTypeOrm(),
        RocketIdempotencyModule.forRedis({ url: redisUrl }),
      ],
      providers: [EffectListener, CrashPoints],
    };
  }
}

async function start(options: Start): Promise<void> {
  myRound = options.round;
  const app = await NestFactory.createApplicationContext(WorkerModule.on(options), {
    logger: ['error', 'warn'],
  });
  const listeners = app.get(ListenerRegistrar);
  registrar = listeners;
  reportAssignments(listeners);
}

function reportAssignments(listeners: ListenerRegistrar): void {
  const known = new Map<StoreKind, string>();
  setInterval(() => {
    for (const store of STORES) {
      const queueIds = queuesOf(listeners, store).map(({ messageQueue }) => messageQueue.queueId);
      const text = JSON.stringify(queueIds);
      if (text !== known.get(store)) send({ type: 'assigned', store, queueIds });
      known.set(store, text);
    }
  }, ASSIGNMENT_POLL_MS);
}

function queuesOf(listeners: ListenerRegistrar, store: StoreKind) {
  const queues = listeners.statuses().find((each) => each.consumerGroup === groupOf(store))?.queues;
  return (queues ?? []).filter(({ messageQueue }) => messageQueue.topic === topicOf(store));
}

/** Dies in the turn in which the client has taken the acknowledgements, before it stores offsets. */
function dieOnceAcknowledged(listeners: ListenerRegistrar): void {
  const taken = acknowledged.every(({ store, queueId, queueOffset }) => {
    const queue = queuesOf(listeners, store).find((each) => each.messageQueue.queueId === queueId);
    return (queue?.consumedOffset ?? 0) > queueOffset;
  });
  if (taken) process.kill(process.pid, 'SIGKILL');
  else setImmediate(() => dieOnceAcknowledged(listeners));
}

process.on('message', (message: ToWorker) => {
  if (message.type === 'start') {
    void start(message);
  } else if (registrar) {
    acknowledge();
    dieOnceAcknowledged(registrar);
  }
});
process.on('disconnect', () => process.exit());
send({ type: 'loaded' });
