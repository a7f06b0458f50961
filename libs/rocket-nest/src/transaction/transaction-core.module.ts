import { Global, Module } from '@nestjs/common';
import { DiscoveryModule } from '@nestjs/core';
import { TransactionExplorer } from './transaction-explorer';
import { TransactionLifecycle } from './transaction-lifecycle';

/** What the transaction and outbox modules of an application share; they import it. */
@Global()
@Module({
  imports: [DiscoveryModule],
  providers: [TransactionExplorer, TransactionLifecycle],
  exports: [TransactionExplorer, TransactionLifecycle],
})
export class TransactionCoreModule {}
