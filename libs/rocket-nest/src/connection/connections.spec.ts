import { createServer } from 'node:net';
import { Inject, Injectable, Module, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RocketListener } from '../decorators/rocket-listener.decorator';
import { InjectProducer } from '../decorators/inject-producer.decorator';
import { ListenerRegistrar } from '../listener/listener-registrar';
import { HASTY_OPTIONS, RecordedLog, startListeningApp } from '../listener/testing/listening-app';
import { waitFor } from '../listener/testing/wait-for';
import { ProducerService } from '../producer/producer.service';
import type { RocketModuleOptions, RocketModuleOptionsFactory } from '../rocket-module-options';
import { RocketModule } from '../rocket.module';
import {
  getConnectionToken,
  getListenerRegistrarToken,
  getProducerToken,
} from './connection-tokens';
import { RocketConnection } from './rocket-connection';

@Injectable()
class Listener {
  readonly seen: string[] = [];

  @RocketListener({ id: 'here', topic: 'T', consumerGroup: 'g' })
  here(text: string): void {
    this.seen.push(`default ${text}`);
  }

  @RocketListener({ id: 'audit', topic: 'T', consumerGroup: 'g', connection: 'audit' })
  audit(text: string): void {
    this.seen.push(`audit ${text}`);
  }
}

@Injectable()
class TwoProducers {
  constructor(
    readonly main: ProducerService,
    @InjectProducer('audit') readonly audit: ProducerService,
    @Inject(getConnectionToken('audit')) readonly connection: RocketConnection,
  ) {}
}

@Injectable()
class OneListener {
  readonly seen: string[] = [];
  @RocketListener({ id: 'one', topic: 'T', consumerGroup: 'g' })
  on(text: string): void {
    this.seen.push(text);
  }
}

describe('connections', () => {
  const started: INestApplicationContext[] = [];
  const log = new RecordedLog();

  const start = async (...input: Parameters<typeof startListeningApp>) => {
    const app = await startListeningApp(...input);
    started.push(app);
    return app;
  };
  const create = (module: object) =>
    NestFactory.createApplicationContext(module as never, { logger: log, abortOnError: false });
  const failureOf = (starting: Promise<INestApplicationContext>): Promise<Error> =>
    starting.then(
      (app) => {
        started.push(app);
        throw new Error('it started');
      },
      (error: Error) => error,
    );

  afterEach(async () => {
    await Promise.all(started.splice(0).map((app) => app.close()));
  });

  it('each has its own broker, producer and listeners', async () => {
    const app = await start({
      imports: [RocketModule.forRoot({ ...HASTY_OPTIONS, name: 'audit' })],
      providers: [Listener, TwoProducers],
    });
    const { main, audit, connection } = app.get(TwoProducers);
    expect(main).not.toBe(audit);
    expect(app.get(getProducerToken('audit'))).toBe(audit);
    expect(app.get(ProducerService)).toBe(main);
    expect(connection.name).toBe('audit');
    expect(await connection.namesrvAddr()).not.toBe(await app.get(RocketConnection).namesrvAddr());
    await main.send('T', '1');
    await audit.send('T', '2');
    const { seen } = app.get(Listener);
    await waitFor('both', () => seen.length === 2);
    expect([...seen].sort()).toEqual(['audit 2', 'default 1']);
    const ids = (token: unknown): string[] =>
      app
        .get<ListenerRegistrar>(token as never)
        .listeners()
        .map(({ id }) => id);
    expect(ids(ListenerRegistrar)).toEqual(['here']);
    expect(ids(getListenerRegistrarToken('audit'))).toEqual(['audit']);
  });

  it('two applications in one process do not touch each other', async () => {
    const [first, second] = await Promise.all([
      start({ providers: [OneListener] }),
      start({ providers: [OneListener] }),
    ]);
    await first.get(ProducerService).send('T', 'for the first');
    await second.get(ProducerService).send('T', 'for the second');
    await waitFor('both', () => {
      return [first, second].every((app) => app.get(OneListener).seen.length === 1);
    });
    expect(first.get(OneListener).seen).toEqual(['for the first']);
    await first.close();
    await second.get(ProducerService).send('T', 'still here');
    await waitFor('the second', () => second.get(OneListener).seen.length === 2);
  });

  it('services that name one embedded port share its broker', async () => {
    const port = await freePort();
    const embedded = { ...(HASTY_OPTIONS.embedded as object), port };
    const [first, second] = await Promise.all([
      start({ providers: [OneListener] }, { embedded }),
      start({}, { embedded }),
    ]);
    await second.get(ProducerService).send('T', 'from the other');
    await waitFor('the message', () => first.get(OneListener).seen.length === 1);
    const owners = [first, second].filter((app) => app.get(RocketConnection).standalone);
    expect(owners).toHaveLength(1);
  });

  it('a listener of a connection that is not there is told where and what to add', async () => {
    const error = await failureOf(startListeningApp({ providers: [Listener] }));
    expect(error.message).toMatch(
      /Listener\.audit names the connection 'audit'; known are default.*name: 'audit'/,
    );
  });

  it('the same name twice is refused', async () => {
    const error = await failureOf(
      startListeningApp({ imports: [RocketModule.forRoot({ ...HASTY_OPTIONS })] }),
    );
    expect(error.message).toMatch(/make a connection 'default'.*another 'name'/);
  });

  it('enabled: false starts nothing, and a send says why it cannot', async () => {
    const app = await start({ providers: [OneListener] }, { enabled: false });
    expect(app.get(ListenerRegistrar).listeners()).toEqual([]);
    await expect(app.get(ProducerService).send('T', 'x')).rejects.toThrow(/'enabled'/);
  });

  it('a name server that is away at start and comes later', async () => {
    const port = await freePort();
    const client = { ...HASTY_OPTIONS.client, connectTimeoutMs: 200 } as object;
    const options: Partial<RocketModuleOptions> = {
      embedded: false,
      namesrvAddr: `127.0.0.1:${port}`,
      client,
    };
    const early = await start({ providers: [OneListener] }, options, log);
    expect(log.has(/no route of T/)).toBe(true);
    await expect(
      early.get(ProducerService).send('T', 'too early', { timeoutMs: 300 }),
    ).rejects.toMatchObject({ code: expect.any(String) });
    const late = await start({}, { embedded: { ...(HASTY_OPTIONS.embedded as object), port } });
    await late.get(ProducerService).send('T', 'from late');
    await waitFor('the message', () => early.get(OneListener).seen.includes('from late'));
    await early.get(ProducerService).send('T', 'from early');
    await waitFor('the other', () => early.get(OneListener).seen.includes('from early'));
  });

  describe('forRootAsync', () => {
    @Injectable()
    class Settings implements RocketModuleOptionsFactory {
      readonly made: RocketModuleOptions = HASTY_OPTIONS;
      createRocketOptions() {
        return Promise.resolve(this.made);
      }
    }

    @Module({ providers: [Settings], exports: [Settings] })
    class SettingsModule {}

    it.each([
      ['useClass', { useClass: Settings }],
      ['useExisting', { imports: [SettingsModule], useExisting: Settings }],
      [
        'useFactory',
        {
          imports: [SettingsModule],
          inject: [Settings],
          useFactory: (settings: Settings) => settings.createRocketOptions(),
        },
      ],
      ['a named useFactory', { name: 'other', useFactory: () => HASTY_OPTIONS }],
    ])('takes its options by %s', async (_way, options) => {
      @Module({ imports: [RocketModule.forRootAsync(options)] })
      class AppModule {}
      const app = await create(AppModule);
      started.push(app);
      const name = 'name' in options ? options.name : undefined;
      const producer = app.get<ProducerService>(getProducerToken(name));
      expect(await producer.send('T', 'x')).toMatchObject({ msgId: expect.any(String) });
    });

    it('wrong options stop the start, naming the key', async () => {
      @Module({ imports: [RocketModule.forRootAsync({ useFactory: () => ({}) })] })
      class AppModule {}
      const error = await failureOf(create(AppModule));
      expect(error.message).toMatch(/neither 'namesrvAddr' nor 'embedded'/);
      expect(() => RocketModule.forRootAsync({})).toThrow(/useFactory, useClass and useExisting/);
    });
  });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
