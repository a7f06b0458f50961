import { Module, type DynamicModule, type Provider } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { RocketConnection } from './connection/rocket-connection';
import { RocketConfigError } from './errors/rocket-config-error';
import { ListenerExplorer } from './listener/listener-explorer';
import { ListenerRegistrar } from './listener/listener-registrar';
import { ProducerService } from './producer/producer.service';
import { SendWrappers } from './producer/send-wrappers';
import { TopicCreator } from './producer/topic-creator';
import { checkRocketModuleOptions } from './rocket-module-options.check';
import type {
  RocketModuleAsyncOptions,
  RocketModuleOptions,
  RocketModuleOptionsFactory,
} from './rocket-module-options';
import { ROCKET_MODULE_OPTIONS } from './rocket.constants';

const PROVIDERS: Provider[] = [
  RocketConnection,
  SendWrappers,
  TopicCreator,
  ProducerService,
  ListenerExplorer,
  ListenerRegistrar,
];

function checked(options: RocketModuleOptions): RocketModuleOptions {
  checkRocketModuleOptions(options);
  return options;
}

function optionsProvider(options: RocketModuleAsyncOptions): Provider[] {
  const { useFactory, useClass, useExisting } = options;
  if (useFactory) {
    const factory = async (...args: unknown[]): Promise<RocketModuleOptions> =>
      checked(await useFactory(...args));
    return [{ provide: ROCKET_MODULE_OPTIONS, useFactory: factory, inject: options.inject ?? [] }];
  }
  const token = useExisting ?? useClass;
  if (!token) {
    throw new RocketConfigError(
      'RocketModule.forRootAsync needs useFactory, useClass or useExisting',
    );
  }
  const provider: Provider = {
    provide: ROCKET_MODULE_OPTIONS,
    useFactory: async (factory: RocketModuleOptionsFactory) =>
      checked(await factory.createRocketOptions()),
    inject: [token],
  };
  return useClass ? [provider, useClass] : [provider];
}

/**
 * Brings RocketMQ into a Nest application: `ProducerService` to inject and `@RocketListener` on the
 * methods of providers and controllers. Listeners start once the application is ready.
 */
@Module({})
export class RocketModule {
  static forRoot(options: RocketModuleOptions): DynamicModule {
    checkRocketModuleOptions(options);
    return RocketModule.build([{ provide: ROCKET_MODULE_OPTIONS, useValue: options }]);
  }

  static forRootAsync(options: RocketModuleAsyncOptions): DynamicModule {
    return RocketModule.build(optionsProvider(options), options.imports);
  }

  private static build(
    optionProviders: Provider[],
    imports: DynamicModule['imports'] = [],
  ): DynamicModule {
    return {
      module: RocketModule,
      global: true,
      imports: [DiscoveryModule, ...imports],
      providers: [...optionProviders, ...PROVIDERS],
      exports: [ProducerService, SendWrappers, ListenerRegistrar],
    };
  }
}
