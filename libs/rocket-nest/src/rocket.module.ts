import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { connectionProviders } from './connection/connection-providers';
import {
  getConnectionToken,
  getListenerRegistrarToken,
  getProducerToken,
} from './connection/connection-tokens';
import { RocketConfigError } from './errors/rocket-config-error';
import { RocketCoreModule } from './rocket-core.module';
import { checkRocketModuleOptions } from './rocket-module-options.check';
import type {
  RocketModuleAsyncOptions,
  RocketModuleOptions,
  RocketModuleOptionsFactory,
} from './rocket-module-options';
import { DEFAULT_CONNECTION, ROCKET_MODULE_OPTIONS } from './rocket.constants';

function checked(options: RocketModuleOptions): RocketModuleOptions {
  checkRocketModuleOptions(options);
  return options;
}

function optionsProvider(options: RocketModuleAsyncOptions): Provider[] {
  const { useFactory, useClass, useExisting } = options;
  const ways = [useFactory, useClass, useExisting].filter((way) => way !== undefined);
  if (ways.length !== 1) {
    throw new RocketConfigError(
      'RocketModule.forRootAsync needs exactly one of useFactory, useClass and useExisting',
    );
  }
  if (useFactory) {
    const factory = async (...args: unknown[]): Promise<RocketModuleOptions> =>
      checked(await useFactory(...args));
    return [{ provide: ROCKET_MODULE_OPTIONS, useFactory: factory, inject: options.inject ?? [] }];
  }
  const provider: Provider = {
    provide: ROCKET_MODULE_OPTIONS,
    useFactory: async (factory: RocketModuleOptionsFactory) =>
      checked(await factory.createRocketOptions()),
    inject: [(useExisting ?? useClass)!],
  };
  return useClass ? [provider, useClass] : [provider];
}

/**
 * Brings RocketMQ into a Nest application: `ProducerService` to inject and `@RocketListener` on the
 * methods of providers and controllers. Listeners start once the application is ready. Import it
 * once for each connection.
 */
@Module({})
export class RocketModule {
  /** @throws RocketConfigError that names the key and the fix */
  static forRoot(options: RocketModuleOptions): DynamicModule {
    checkRocketModuleOptions(options);
    return RocketModule.build(options.name, [
      { provide: ROCKET_MODULE_OPTIONS, useValue: options },
    ]);
  }

  /** @throws RocketConfigError at once, or when the application starts */
  static forRootAsync(options: RocketModuleAsyncOptions): DynamicModule {
    return RocketModule.build(options.name, optionsProvider(options), options.imports);
  }

  private static build(
    name = DEFAULT_CONNECTION,
    optionProviders: Provider[],
    imports: DynamicModule['imports'] = [],
  ): DynamicModule {
    return {
      module: RocketModule,
      global: true,
      imports: [RocketCoreModule, ...imports],
      providers: [...optionProviders, ...connectionProviders(name)],
      exports: [getConnectionToken(name), getProducerToken(name), getListenerRegistrarToken(name)],
    };
  }
}
