import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { IdempotencyEvents } from './idempotency-events';
import { IdempotencyStores } from './idempotency-stores';
import { IdempotentExplorer } from './idempotent-explorer';
import { IdempotentListeners } from './idempotent-listeners';

/** What `@Idempotent` works with, once in an application; `RocketModule` brings it. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [IdempotencyEvents, IdempotencyStores, IdempotentListeners, IdempotentExplorer],
  exports: [IdempotencyEvents, IdempotencyStores],
})
export class IdempotencyModule {}
