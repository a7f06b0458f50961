import { Controller, Injectable, Module, Scope, type Type } from '@nestjs/common';
import { ConfigModule } from '@nestjs/config';
import { RocketConsumer } from '../decorators/rocket-consumer.decorator';
import { RocketHandler } from '../decorators/rocket-handler.decorator';
import { RocketListener } from '../decorators/rocket-listener.decorator';
import type {
  RocketListenerDeclaration,
  RocketListenerOptions,
} from '../decorators/rocket-listener-options';
import type { RocketModuleOptions } from '../rocket-module-options';
import { ListenerRegistrar } from './listener-registrar';
import { startListeningApp } from './testing/listening-app';

function listening(options: RocketListenerDeclaration): Type<unknown> {
  @Injectable()
  class Listener {
    @RocketListener(options)
    on(): void {}
  }
  return Listener;
}

function two(
  first: Partial<RocketListenerOptions>,
  second: Partial<RocketListenerOptions>,
): Type<unknown> {
  @Injectable()
  class Two {
    @RocketListener({ topic: 'T', consumerGroup: 'g', ...first })
    one(): void {}
    @RocketListener({ topic: 'T', consumerGroup: 'g', ...second })
    other(): void {}
  }
  return Two;
}

@Injectable()
class LoneHandler {
  @RocketHandler({ tag: 'A' })
  on(): void {}
}

@Injectable({ scope: Scope.TRANSIENT })
class Transient {
  @RocketListener({ topic: 'T', consumerGroup: 'g' })
  on(): void {}
}

@RocketConsumer({ topic: 'T', consumerGroup: 'g' })
@Controller()
class Overlapping {
  @RocketHandler()
  all(): void {}
  @RocketHandler({ tag: 'A' })
  some(): void {}
}

@Module({ providers: [Transient] })
class TransientModule {}

describe('listeners that cannot be', () => {
  it.each<[string, Type<unknown>, RegExp]>([
    ['without a topic', listening({ consumerGroup: 'g' }), /Listener\.on needs 'topic'/],
    [
      'without a group',
      listening({ topic: 'T' } as RocketListenerOptions),
      /Listener\.on needs 'consumerGroup'/,
    ],
    [
      'with a group of wrong letters',
      listening({ topic: 'T', consumerGroup: 'a b' }),
      /'consumerGroup' of Listener\.on is "a b"/,
    ],
    [
      'with an unknown mode',
      listening({ topic: 'T', consumerGroup: 'g', consumeMode: 'ORDERED' as 'ORDERLY' }),
      /'consumeMode' of Listener\.on is "ORDERED": give one of CONCURRENTLY, ORDERLY/,
    ],
    [
      'without concurrency',
      listening({ topic: 'T', consumerGroup: 'g', concurrency: 0 }),
      /'concurrency' of Listener\.on is 0: give a whole number from 1/,
    ],
    [
      'with a poison policy but no order',
      listening({ topic: 'T', consumerGroup: 'g', poisonPolicy: 'SKIP' }),
      /only orderly listeners/,
    ],
    [
      'of dead letters and a topic',
      listening({ topic: 'T', consumerGroup: 'g', dlq: true }),
      /both 'dlq' and 'topic'/,
    ],
    [
      'with a name that is not set',
      listening({ topic: '${NO_SUCH_NAME}', consumerGroup: 'g' }),
      /NO_SUCH_NAME is not set.*\$\{NO_SUCH_NAME:default\}/,
    ],
    ['with the id of another', two({ id: 'x' }, { id: 'x', topic: 'U' }), /have the id 'x'/],
    ['with the tags of another', two({}, { selectorExpression: 'A' }), /Two\.other and Two\.one/],
    [
      'in another mode than its group',
      two({}, { topic: 'U', consumeMode: 'ORDERLY' }),
      /Two\.one and Two\.other share consumer group 'g' but differ in 'consumeMode'/,
    ],
    ['a handler without a consumer class', LoneHandler, /LoneHandler\.on has @RocketHandler/],
    ['two handlers for one tag', Overlapping, /Overlapping\.some and Overlapping\.all/],
  ])('%s', async (_what, provider, text) => {
    await expect(startListeningApp({ providers: [provider] })).rejects.toThrow(text);
  });

  it('of a transient class', async () => {
    const starting = startListeningApp({ imports: [TransientModule] });
    await expect(starting).rejects.toThrow(/Transient\.on.*transient/);
  });
});

describe('options of listeners', () => {
  const optionsOf = async (
    declaration: RocketListenerDeclaration,
    module: Partial<RocketModuleOptions> = {},
    imports: object[] = [],
  ) => {
    const app = await startListeningApp(
      { imports: imports as never, providers: [listening(declaration)] },
      module,
    );
    try {
      return app.get(ListenerRegistrar).listeners()[0];
    } finally {
      await app.close();
    }
  };

  it('are read from ConfigService before the environment', async () => {
    process.env['SPEC_TOPIC'] = 'from-environment';
    const imports = [
      ConfigModule.forRoot({
        ignoreEnvFile: true,
        load: [() => ({ deep: { topic: 'from-config' } })],
      }),
    ];
    try {
      const state = await optionsOf(
        (env) => ({ topic: '${deep.topic}', consumerGroup: env.get('SPEC_TOPIC', 'x') }),
        {},
        imports,
      );
      expect(state).toMatchObject({ topic: 'from-config', consumerGroup: 'from-environment' });
    } finally {
      delete process.env['SPEC_TOPIC'];
    }
  });

  it('are overridden by id', async () => {
    const state = await optionsOf(
      { id: 'mine', topic: 'T', consumerGroup: 'g' },
      { listeners: { mine: { topic: 'U', consumerGroup: '${SPEC_NONE:other}' } } },
    );
    expect(state).toMatchObject({ id: 'mine', topic: 'U', consumerGroup: 'other' });
  });
});
