import { Global, Module, Scope } from '@nestjs/common';
import { DiscoveryModule, REQUEST } from '@nestjs/core';
import { RocketLifecycle } from './connection/rocket-lifecycle';
import { IdempotencyModule } from './idempotent/idempotency.module';
import { ConfigEnvironment } from './listener/config-environment';
import { ListenerBinder } from './listener/listener-binder';
import { ListenerExplorer } from './listener/listener-explorer';
import { ListenerWrappers } from './listener/listener-wrappers';
import type { RocketContext } from './listener/rocket-context';
import { SendWrappers } from './producer/send-wrappers';
import { ROCKET_MESSAGE } from './rocket.constants';

/** What all connections of an application share; `RocketModule` imports it. */
@Global()
@Module({
  imports: [DiscoveryModule, IdempotencyModule],
  providers: [
    ConfigEnvironment,
    ListenerBinder,
    ListenerExplorer,
    ListenerWrappers,
    SendWrappers,
    RocketLifecycle,
    {
      provide: ROCKET_MESSAGE,
      scope: Scope.REQUEST,
      useFactory: (context: RocketContext | undefined) => context?.message,
      inject: [REQUEST],
    },
  ],
  exports: [ListenerWrappers, SendWrappers, RocketLifecycle, ROCKET_MESSAGE],
})
export class RocketCoreModule {}
