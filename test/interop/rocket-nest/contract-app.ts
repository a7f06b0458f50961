import {
  Injectable,
  Module,
  type DynamicModule,
  type INestApplicationContext,
} from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { MessageExt } from '@rocket-nest/common';
import {
  ConsumeContext,
  MessageBody,
  MessageHeader,
  MessageKeys,
  RejectToDlq,
  RetryLater,
  RocketConsumer,
  RocketContext,
  RocketHandler,
  RocketListener,
  RocketModule,
  RocketTransactionModule,
  TransactionalMessage,
  TransactionCheck,
  type RocketBatchContext,
  type RocketModuleOptions,
  type TransactionCheckAnswer,
} from 'rocket-nest';

/** Topics that the application makes where they are missing. */
const TOPICS = ['order', 'step', 'price', 'flaky', 'rejected', 'question', 'bulk', 'booking'];
const FIRST = { consumeFromWhere: 'CONSUME_FROM_FIRST_OFFSET' } as const;

export interface Seen {
  readonly body: unknown;
  readonly tenant?: string;
  readonly keys?: readonly string[];
  readonly context: RocketContext;
}

/** Whatever a listener can be, once each. */
@Injectable()
export class ContractListener {
  readonly paid: Seen[] = [];
  readonly notes: Seen[] = [];
  readonly steps: string[] = [];
  readonly prices: unknown[] = [];
  readonly flaky: number[] = [];
  readonly dead: unknown[] = [];
  readonly bulk: unknown[] = [];
  rejections = 0;

  @RocketListener({ topic: 'order', consumerGroup: 'pay', selectorExpression: 'PAID', ...FIRST })
  onPaid(
    @MessageBody() body: unknown,
    @MessageHeader('tenant') tenant: string,
    @MessageKeys() keys: string[],
    @ConsumeContext() context: RocketContext,
  ): void {
    this.paid.push({ body, tenant, keys, context });
  }

  @RocketListener({ topic: 'order', consumerGroup: 'pay', selectorExpression: 'NOTE', ...FIRST })
  onNote(@MessageBody() body: unknown, @ConsumeContext() context: RocketContext): void {
    this.notes.push({ body, context });
  }

  @RocketListener({ topic: 'step', consumerGroup: 'steps', consumeMode: 'ORDERLY', ...FIRST })
  async onStep(@MessageBody() step: string): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.steps.push(step);
  }

  @RocketListener({
    topic: 'price',
    consumerGroup: 'prices',
    messageModel: 'BROADCASTING',
    ...FIRST,
  })
  onPrice(@MessageBody() price: unknown): void {
    this.prices.push(price);
  }

  @RocketListener({ topic: 'flaky', consumerGroup: 'flaky', maxReconsumeTimes: 2, ...FIRST })
  onFlaky(@MessageBody() body: string, @ConsumeContext() context: RocketContext): void {
    this.flaky.push(context.reconsumeTimes);
    if (body === 'never' || context.reconsumeTimes === 0) throw new RetryLater('1s');
  }

  @RocketListener({ topic: 'rejected', consumerGroup: 'rejecting', ...FIRST })
  onRejected(): void {
    this.rejections++;
    throw new RejectToDlq('never');
  }

  @RocketListener({ consumerGroup: 'flaky', dlq: true, ...FIRST })
  onDeadFlaky(@MessageBody() body: unknown): void {
    this.dead.push(body);
  }

  @RocketListener({ consumerGroup: 'rejecting', dlq: true, ...FIRST })
  onDeadRejected(@MessageBody() body: unknown): void {
    this.dead.push(body);
  }

  @RocketListener({ topic: 'question', consumerGroup: 'answering', ...FIRST })
  onQuestion(@MessageBody() question: { of: number }): { square: number } {
    return { square: question.of ** 2 };
  }

  @RocketListener({ topic: 'bulk', consumerGroup: 'bulk', batch: true, ...FIRST })
  onBulk(bodies: unknown[], context: RocketBatchContext): void {
    for (const [index, body] of bodies.entries()) {
      const isFirstTry = context.contexts[index]?.reconsumeTimes === 0;
      if (body === 'again' && isFirstTry) context.fail(index, new RetryLater('1s'));
      else this.bulk.push(body);
    }
  }
}

/** Transactional messages whose outcome is known by hand, so that no database is needed. */
@Injectable()
export class Ledger {
  readonly booked = new Map<string, 'COMMIT' | 'ROLLBACK'>();
  readonly checked: string[] = [];

  @TransactionalMessage({ topic: 'booking', txLog: 'none', route: 'booking' })
  async book(booking: { id: string; fails?: boolean }): Promise<void> {
    this.booked.set(booking.id, booking.fails ? 'ROLLBACK' : 'COMMIT');
    if (booking.fails) throw new Error('not booked');
  }

  @TransactionCheck('booking')
  howDidItEnd(half: MessageExt): TransactionCheckAnswer {
    const { id } = JSON.parse(half.body.toString()) as { id: string };
    this.checked.push(id);
    return this.booked.get(id) ?? 'UNKNOWN';
  }
}

@Injectable()
@RocketConsumer({ topic: 'booking', consumerGroup: 'booking-view', ...FIRST })
export class BookingView {
  readonly ids: string[] = [];

  @RocketHandler()
  onBooking(@MessageBody() booking: { id: string }): void {
    this.ids.push(booking.id);
  }
}

@Module({})
class ContractModule {
  static for(options: RocketModuleOptions): DynamicModule {
    return {
      module: ContractModule,
      imports: [
        RocketModule.forRoot({
          ...options,
          producer: { group: 'contract' },
          ensureTopics: TOPICS.map((topic) => ({ topic, queueNums: 4 })),
          shutdownTimeoutMs: 5000,
        }),
        RocketTransactionModule.forRoot(),
      ],
      providers: [ContractListener, Ledger, BookingView],
    };
  }
}

export async function startContractApp(
  options: RocketModuleOptions,
): Promise<INestApplicationContext> {
  const testing = Test.createTestingModule({ imports: [ContractModule.for(options)] });
  const module = await testing.compile();
  module.useLogger(false);
  return module.init();
}
