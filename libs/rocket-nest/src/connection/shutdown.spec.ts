import {
  Global,
  Injectable,
  Module,
  type INestApplicationContext,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { RocketListener } from '../decorators/rocket-listener.decorator';
import type { RocketContext } from '../listener/rocket-context';
import { RecordedLog, startListeningApp } from '../listener/testing/listening-app';
import { waitFor } from '../listener/testing/wait-for';
import { ProducerService } from '../producer/producer.service';
import { RocketConnection } from './rocket-connection';

/** Closes in the hook that Nest calls first, as many do. */
@Injectable()
class Database implements OnModuleDestroy {
  open = true;
  readonly rows: string[] = [];

  insert(row: string): void {
    if (!this.open) throw new Error('the database is closed');
    this.rows.push(row);
  }

  onModuleDestroy(): void {
    this.open = false;
  }
}

@Global()
@Module({ providers: [Database], exports: [Database] })
class DatabaseModule {}

@Module({ providers: [Database], exports: [Database] })
class ImportedDatabaseModule {}

/** A database that closes last, when producers have to be gone already. */
@Injectable()
class LateDatabase implements OnApplicationShutdown {
  producerAnswer = '';
  constructor(private readonly producer: ProducerService) {}

  async onApplicationShutdown(): Promise<void> {
    this.producerAnswer = await this.producer.send('after', 'x').then(
      () => 'sent',
      () => 'refused',
    );
  }
}

class Gate {
  private open: () => void = () => undefined;
  readonly passed = new Promise<void>((resolve) => (this.open = resolve));
  release(): void {
    this.open();
  }
}

@Injectable()
class SlowListener {
  readonly gate = new Gate();
  entered = 0;

  constructor(
    private readonly database: Database,
    private readonly producer: ProducerService,
  ) {}

  @RocketListener({ id: 'slow', topic: 'slow', consumerGroup: 'slow' })
  async onSlow(text: string): Promise<void> {
    this.entered++;
    await this.gate.passed;
    await this.producer.send('follow-up', text);
    this.database.insert(text);
  }
}

@Injectable()
class EndlessListener {
  readonly seen: string[] = [];

  @RocketListener({
    id: 'endless',
    topic: 'endless',
    consumerGroup: 'endless',
    consumeMode: 'ORDERLY',
  })
  onEndless(text: string): Promise<void> | void {
    this.seen.push(text);
    if (text === 'endless') return new Promise<void>(() => undefined);
  }
}

@Injectable()
class CollectingListener {
  readonly seen: string[] = [];
  @RocketListener({ topic: 'endless', consumerGroup: 'endless', consumeMode: 'ORDERLY' })
  on(text: string, context: RocketContext): void {
    this.seen.push(`${text}/${context.queueOffset}`);
  }
}

describe('the shutdown of an application', () => {
  const started: INestApplicationContext[] = [];
  const start = async (...input: Parameters<typeof startListeningApp>) => {
    const app = await startListeningApp(...input);
    started.push(app);
    return app;
  };
  afterEach(async () => {
    await Promise.all(started.splice(0).map((app) => app.close()));
  });

  it.each([
    ['a global module', { imports: [DatabaseModule], providers: [] }],
    ['a module of its own', { imports: [ImportedDatabaseModule], providers: [] }],
    ['the root module, which Nest closes first', { imports: [], providers: [Database] }],
  ])(
    'waits for handlers while the database of %s lives',
    async (_where, { imports, providers }) => {
      const log = new RecordedLog();
      const own = [SlowListener, LateDatabase];
      const app = await start({ imports, providers: [...providers, ...own] }, {}, log);
      const listener = app.get(SlowListener);
      const database = app.get(Database);
      const late = app.get(LateDatabase);
      await app.get(ProducerService).send('slow', 'row');
      await waitFor('the handler', () => listener.entered === 1);
      const closing = app.close();
      await new Promise((resolve) => setImmediate(resolve));
      expect(database.open).toBe(true);
      listener.gate.release();
      await closing;
      expect(database.rows).toEqual(['row']);
      expect(log.has(/failed on/)).toBe(false);
      expect(database.open).toBe(false);
      expect(late.producerAnswer).toBe('refused');
    },
  );

  it('ends after its limit when a handler does not, and stores the offsets of the others', async () => {
    const first = await start({}, {});
    const namesrvAddr = await first.get(RocketConnection).namesrvAddr();
    const options = { embedded: false, namesrvAddr, shutdownTimeoutMs: 100 };
    const log = new RecordedLog();
    const app = await start({ providers: [EndlessListener] }, options, log);
    const producer = first.get(ProducerService);
    for (const text of ['done', 'endless']) {
      await producer.send('endless', text, { shardingKey: 'one' });
    }
    const { seen } = app.get(EndlessListener);
    await waitFor('the endless call', () => seen.includes('endless'));
    await app.close();
    expect(log.has(/still run after 100 ms/)).toBe(true);
    // The next member gets what was not finished, at once: the queue was unlocked.
    const next = await start({ providers: [CollectingListener] }, options);
    const collecting = next.get(CollectingListener);
    await waitFor('the message', () => collecting.seen.length > 0);
    expect(collecting.seen).toEqual(['endless/1']);
  });
});
