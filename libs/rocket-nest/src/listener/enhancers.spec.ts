import {
  ForbiddenException,
  Inject,
  Injectable,
  Module,
  Scope,
  UseFilters,
  UseGuards,
  UseInterceptors,
  ValidationPipe,
  Catch,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type INestApplicationContext,
  type NestInterceptor,
  type CallHandler,
  type PipeTransform,
} from '@nestjs/common';
import {
  APP_GUARD,
  APP_INTERCEPTOR,
  ContextIdFactory,
  REQUEST,
  Reflector,
  type ContextIdStrategy,
} from '@nestjs/core';
import type { MessageExt } from '@rocket-nest/common';
import { map, type Observable } from 'rxjs';
import { IsInt } from 'class-validator';
import { MessageBody } from '../decorators/message-body.decorator';
import { MessageHeader } from '../decorators/message-header.decorator';
import { RocketListener } from '../decorators/rocket-listener.decorator';
import { ProducerService } from '../producer/producer.service';
import { ROCKET_CONTEXT_TYPE, ROCKET_MESSAGE } from '../rocket.constants';
import type { RocketContext } from './rocket-context';
import { RecordedLog, startListeningApp } from './testing/listening-app';
import { waitFor } from './testing/wait-for';

@Injectable()
class Seen {
  readonly lines: string[] = [];
}

const Tenant = Reflector.createDecorator<string>();

@Injectable()
class TenantGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly seen: Seen,
  ) {}

  canActivate(context: ExecutionContext): boolean {
    const [body, rocket] = context.getArgs<[unknown, RocketContext]>();
    const wanted = this.reflector.get(Tenant, context.getHandler());
    this.seen.lines.push(
      `guard ${context.getType<string>() === ROCKET_CONTEXT_TYPE} ${context.getClass().name}.` +
        `${context.getHandler().name} ${JSON.stringify(body)}`,
    );
    return rocket.header('tenant') === wanted;
  }
}

@Injectable()
class LoudInterceptor implements NestInterceptor {
  constructor(private readonly seen: Seen) {}

  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    this.seen.lines.push('before');
    return next.handle().pipe(map((value) => this.seen.lines.push(`after ${String(value)}`)));
  }
}

@Catch(ForbiddenException)
class AcknowledgingFilter implements ExceptionFilter {
  catch(_error: unknown, host: ArgumentsHost): string {
    return `handled in ${host.getType()}`;
  }
}

class UpperCasePipe implements PipeTransform<string, string> {
  transform(value: string): string {
    return value.toUpperCase();
  }
}

class CountDto {
  @IsInt()
  count!: number;
}

@Injectable()
class GuardedListener {
  constructor(private readonly seen: Seen) {}

  @Tenant('acme')
  @UseGuards(TenantGuard)
  @UseInterceptors(LoudInterceptor)
  @RocketListener({ topic: 'guarded', consumerGroup: 'guarded' })
  onGuarded(
    @MessageBody(String, UpperCasePipe) text: string,
    @MessageHeader('tenant') tenant: string,
  ): string {
    this.seen.lines.push(`guarded ${text} of ${tenant}`);
    return text;
  }

  @Tenant('acme')
  @UseGuards(TenantGuard)
  @UseFilters(AcknowledgingFilter)
  @RocketListener({ topic: 'filtered', consumerGroup: 'filtered' })
  onFiltered(): void {
    this.seen.lines.push('never called');
  }

  @RocketListener({ topic: 'piped', consumerGroup: 'piped' })
  onPiped(@MessageBody(CountDto, new ValidationPipe({ transform: true })) dto: CountDto): void {
    this.seen.lines.push(`piped ${dto.count}`);
  }
}

@Injectable({ scope: Scope.REQUEST })
class MessageRepository {
  constructor(
    @Inject(ROCKET_MESSAGE) private readonly message: MessageExt,
    @Inject(REQUEST) private readonly context: RocketContext,
  ) {}

  describe(): string {
    return `${this.message.topic} ${this.context.tag} ${this.message.body.toString()}`;
  }
}

@Injectable()
class ScopedListener {
  private readonly calls: number[] = [];

  constructor(
    private readonly repository: MessageRepository,
    private readonly seen: Seen,
  ) {}

  @RocketListener({ topic: 'scoped', consumerGroup: 'scoped' })
  onScoped(_text: string): void {
    this.calls.push(1);
    this.seen.lines.push(`scoped ${this.calls.length} ${this.repository.describe()}`);
  }
}

interface TenantPayload {
  readonly tenant: string;
}

@Injectable({ scope: Scope.REQUEST, durable: true })
class TenantListener {
  private calls = 0;

  constructor(
    @Inject(REQUEST) private readonly payload: TenantPayload,
    private readonly seen: Seen,
  ) {}

  @RocketListener({ topic: 'tenants', consumerGroup: 'tenants' })
  onTenant(_text: string): void {
    this.seen.lines.push(`${this.payload.tenant} ${++this.calls}`);
  }
}

class TenantStrategy implements ContextIdStrategy<RocketContext> {
  private readonly ids = new Map<string, ReturnType<typeof ContextIdFactory.create>>();

  attach(
    contextId: { id: number },
    context: RocketContext,
  ): ReturnType<ContextIdStrategy['attach']> {
    const tenant = context.header?.('tenant') ?? 'none';
    const id = this.ids.get(tenant) ?? ContextIdFactory.create();
    this.ids.set(tenant, id);
    return {
      resolve: (info) => (info.isTreeDurable ? id : contextId),
      payload: { tenant },
    };
  }
}

function namesake(topic: string): object {
  @Injectable()
  class Namesake {
    constructor(@Inject(Seen) private readonly seen: Seen) {}
    @RocketListener({ id: topic, topic, consumerGroup: topic })
    on(
      @MessageHeader(topic) header: string,
      @MessageBody(String, ...(topic === 'second' ? [UpperCasePipe] : [])) text: string,
    ): void {
      this.seen.lines.push(`${topic} ${text} ${header}`);
    }
  }
  return Namesake;
}

@Module({ providers: [namesake('first') as never, Seen] })
class FirstModule {}
@Module({ providers: [namesake('second') as never, Seen] })
class SecondModule {}

describe('what Nest puts around listeners', () => {
  const log = new RecordedLog();
  let app: INestApplicationContext;
  let producer: ProducerService;
  let lines: string[];

  beforeAll(async () => {
    app = await startListeningApp(
      {
        providers: [
          Seen,
          TenantGuard,
          LoudInterceptor,
          GuardedListener,
          MessageRepository,
          ScopedListener,
          TenantListener,
        ],
        imports: [FirstModule, SecondModule],
      },
      {},
      log,
    );
    producer = app.get(ProducerService);
    lines = app.get(GuardedListener)['seen'].lines;
  });
  afterAll(async () => {
    await app?.close();
  });

  it('guards, interceptors and pipes run in order and know the context', async () => {
    await producer.send('guarded', 'hello', { headers: { tenant: 'acme' } });
    await waitFor('the call', () => lines.includes('after HELLO'));
    expect(lines).toEqual([
      'guard true GuardedListener.onGuarded "hello"',
      'before',
      'guarded HELLO of acme',
      'after HELLO',
    ]);
  });

  it('a guard that refuses has the message come again, up to the dead letters', async () => {
    const before = lines.length;
    await producer.send('guarded', 'no', { headers: { tenant: 'other' } });
    const refusals = (): string[] => lines.slice(before).filter((line) => line.endsWith('"no"'));
    await waitFor('another try', () => refusals().length >= 2);
    expect(lines.slice(before)).toEqual(refusals());
    expect(log.has(/failed on message.*group guarded.*ForbiddenException/)).toBe(true);
  });

  it('a filter that returns a value acknowledges', async () => {
    await producer.send('filtered', 'x', { headers: { tenant: 'other' } });
    await waitFor('the guard', () => lines.some((line) => line.includes('onFiltered')));
    await producer.send('filtered', 'y', { headers: { tenant: 'other' } });
    await waitFor('the guard again', () => {
      return lines.filter((line) => line.includes('onFiltered')).length === 2;
    });
    expect(log.has(/\(group filtered/)).toBe(false);
  });

  it("what Nest's own ValidationPipe refuses is not tried again", async () => {
    await producer.send('piped', { count: 'x' });
    await waitFor('the rejection', () => log.has(/rejected message.*group piped/));
    await producer.send('piped', { count: 1 });
    await waitFor('the call', () => lines.includes('piped 1'));
  });

  it('a listener that needs the message is made for each message', async () => {
    await producer.send('scoped:A', 'one');
    await waitFor('the first', () => lines.includes('scoped 1 scoped A one'));
    await producer.send('scoped:B', 'two');
    await waitFor('the second', () => lines.includes('scoped 1 scoped B two'));
  });

  it('a durable listener lives as long as its tenant', async () => {
    ContextIdFactory.apply(new TenantStrategy());
    try {
      for (const tenant of ['blue', 'red', 'blue']) {
        const count = lines.length;
        await producer.send('tenants', 'x', { headers: { tenant } });
        await waitFor(tenant, () => lines.length > count);
      }
      expect(lines.slice(-3)).toEqual(['blue 1', 'red 1', 'blue 2']);
    } finally {
      ContextIdFactory.apply(undefined as never);
    }
  });

  it('two classes of one name do not share what Nest knows of them', async () => {
    const linesOf = (module: object): string[] =>
      app.select(module as never).get(Seen, { strict: true }).lines;
    await producer.send('first', 'text', { headers: { first: '1' } });
    await producer.send('second', 'text', { headers: { second: '2' } });
    await waitFor('both', () => {
      return linesOf(FirstModule).length === 1 && linesOf(SecondModule).length === 1;
    });
    expect(linesOf(FirstModule)).toEqual(['first text 1']);
    expect(linesOf(SecondModule)).toEqual(['second TEXT 2']);
  });
});

describe('global enhancers', () => {
  const seen: string[] = [];

  @Injectable({ scope: Scope.REQUEST })
  class MessageGuard implements CanActivate {
    constructor(@Inject(REQUEST) private readonly context: RocketContext) {}
    canActivate(): boolean {
      seen.push(`guard ${this.context.header('tenant')}`);
      return this.context.header('tenant') === 'acme';
    }
  }

  @Injectable()
  class EveryCall implements NestInterceptor {
    intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
      seen.push(`interceptor ${context.getHandler().name}`);
      return next.handle();
    }
  }

  @Injectable()
  class Guarded {
    @RocketListener({ topic: 'T', consumerGroup: 'g' })
    on(text: string): void {
      seen.push(text);
    }
  }

  it.each([
    [
      'an interceptor',
      [{ provide: APP_INTERCEPTOR, useClass: EveryCall }],
      ['interceptor on', 'x'],
    ],
    [
      'a request-scoped guard and an interceptor',
      [
        { provide: APP_INTERCEPTOR, useClass: EveryCall },
        { provide: APP_GUARD, useClass: MessageGuard },
      ],
      ['guard acme', 'interceptor on', 'x'],
    ],
  ])('%s of the application stand around listeners', async (_what, providers, expected) => {
    seen.length = 0;
    const app = await startListeningApp({ providers: [Guarded, ...providers] });
    try {
      await app.get(ProducerService).send('T', 'x', { headers: { tenant: 'acme' } });
      await waitFor('the call', () => seen.includes('x'));
      expect(seen).toEqual(expected);
      await app.get(ProducerService).send('T', 'y', { headers: { tenant: 'other' } });
      await waitFor('the guard', () => seen.includes('guard other') || seen.includes('y'));
      expect(seen.includes('y')).toBe(expected.length === 2);
    } finally {
      await app.close();
    }
  });
});
