import { Inject, Injectable } from '@nestjs/common';
import type { INestApplicationContext, LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { Message, MessageExt } from '@rocket-nest/common';
import {
  getSqlExecutorToken,
  getTransactionsToken,
  ProducerService,
  RocketModule,
  RocketTransactionModule,
  SendWrappers,
  TransactionalMessage,
  type RocketTransactions,
  type SqlConnection,
  type SqlExecutor,
  type TransactionSettings,
} from 'rocket-nest';
import { EFFECTS, type Effects, type ServiceDatabase } from './databases/effects';

export const TOPIC = 'orders';

/** Where a transactional method can be stopped, in the order in which it comes by. */
export const POINTS = ['HALF_STORED', 'BEGUN', 'LOGGED', 'WRITTEN', 'COMMITTED'] as const;
export type Point = (typeof POINTS)[number];

export interface Order {
  readonly id: string;
  readonly fails?: boolean;
}

/** What the library says of checks that cannot be answered is meant here. */
export const SILENT: LoggerService = {
  log: () => undefined,
  warn: () => undefined,
  error: () => undefined,
};

/** Told of every point that a method reaches; may hold it there. */
export type Observer = (point: Point, id: string) => void | Promise<void>;

@Injectable()
export class OrderService {
  /** Called where the method has written. */
  afterWrite: (id: string) => void | Promise<void> = () => undefined;

  constructor(@Inject(EFFECTS) private readonly effects: Effects) {}

  @TransactionalMessage({ topic: TOPIC, tag: 'CREATED', keys: ({ id }: Order) => id })
  async create(order: Order): Promise<string> {
    await this.effects.insert(order.id);
    await this.afterWrite(order.id);
    if (order.fails) throw new Error('as told');
    return `created ${order.id}`;
  }

  @TransactionalMessage({ topic: TOPIC, tag: 'OUTER' })
  async createBoth(first: Order, second: Order, forgiving = false): Promise<void> {
    await this.effects.insert(first.id);
    const creating = this.create(second);
    await (forgiving ? creating.catch(() => undefined) : creating);
  }
}

/** An instance of a service with transactional methods, with all it needs. */
export class TransactionService {
  /** The half messages that were sent, by key of the order. */
  readonly halves = new Map<string, Message>();
  observe: Observer = () => undefined;

  private constructor(readonly app: INestApplicationContext) {}

  static async start(
    namesrvAddr: string,
    database: ServiceDatabase,
    settings: TransactionSettings = {},
  ): Promise<TransactionService> {
    const module = await Test.createTestingModule({
      imports: [
        RocketModule.forRoot({ namesrvAddr, producer: { group: 'order' }, ensureTopics: [TOPIC] }),
        ...database.imports,
        RocketTransactionModule.forRoot({ graceMs: 0, ...settings }),
      ],
      providers: [OrderService],
    })
      .setLogger(SILENT)
      .compile();
    const service = new TransactionService(module);
    module.get(SendWrappers).add({
      wrap: (next) => async (message, call) => {
        const result = await next(message, call);
        const id = keyOf(message);
        service.halves.set(id, message);
        await service.observe('HALF_STORED', id);
        return result;
      },
    });
    await module.init();
    return service;
  }

  get orders(): OrderService {
    return this.app.get(OrderService);
  }

  get producer(): ProducerService {
    return this.app.get(ProducerService);
  }

  get effects(): Effects {
    return this.app.get<Effects>(EFFECTS);
  }

  get executor(): SqlExecutor {
    return this.app.get<SqlExecutor>(getSqlExecutorToken());
  }

  get transactions(): RocketTransactions {
    return this.app.get<RocketTransactions>(getTransactionsToken());
  }

  /** Lets `observe` see every point, also those inside the library. */
  observeStatements(): void {
    const { executor } = this;
    const transaction = executor.transaction.bind(executor);
    this.orders.afterWrite = (id) => this.observe('WRITTEN', id);
    executor.transaction = async (work, options) => {
      let id = '';
      const result = await transaction(async (connection) => {
        const observed: SqlConnection = {
          query: async (sql, params = []) => {
            if (!sql.startsWith('INSERT INTO rocket_tx_log')) return connection.query(sql, params);
            id = this.orderOf(String(params[0]));
            await this.observe('BEGUN', id);
            const answer = await connection.query(sql, params);
            await this.observe('LOGGED', id);
            return answer as never;
          },
        };
        return work(observed);
      }, options);
      if (id !== '') await this.observe('COMMITTED', id);
      return result;
    };
  }

  /** What the broker asks with, made of the half message that was sent for the order. */
  checkMessage(orderId: string, bornTimestamp = Date.now()): MessageExt {
    const half = this.halves.get(orderId);
    if (!half) throw new Error(`no half message was sent for ${orderId}`);
    return {
      ...half,
      properties: new Map(half.properties),
      msgId: half.properties.get('UNIQ_KEY') ?? '',
      bornTimestamp,
    } as MessageExt;
  }

  /** Rows of the log besides its id, as `state` by the place that wrote them. */
  async logRows(): Promise<{ tx_id: string; state: string; note: string }[]> {
    const { rows } = await this.executor.detached((connection) =>
      connection.query<{ tx_id: string; state: string; note: string }>(
        "SELECT tx_id, state, note FROM rocket_tx_log WHERE tx_id <> '#log-id' ORDER BY created_at",
      ),
    );
    return rows;
  }

  stop(): Promise<void> {
    return this.app.close();
  }

  private orderOf(transactionId: string): string {
    for (const [id, half] of this.halves) {
      if (half.properties.get('UNIQ_KEY') === transactionId) return id;
    }
    return '';
  }
}

function keyOf({ properties, body }: Message): string {
  return properties.get('KEYS') ?? (JSON.parse(body.toString()) as Order).id;
}
