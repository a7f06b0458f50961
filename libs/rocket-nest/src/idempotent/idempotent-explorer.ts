import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { IdempotencyStores } from './idempotency-stores';
import { idempotentOptionsOf } from './idempotent-metadata';

/**
 * Has the start of an application fail where a handler names a store that is not there, instead of
 * the first message or request. Runs before the listeners start, which is the last of all.
 */
@Injectable()
export class IdempotentExplorer implements OnApplicationBootstrap {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(IdempotencyStores) private readonly stores: IdempotencyStores,
  ) {}

  async onApplicationBootstrap(): Promise<void> {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    for (const { metatype } of wrappers) this.check(metatype);
    await this.stores.checkTables();
  }

  private check(metatype: unknown): void {
    const { name, prototype } = (metatype ?? {}) as { name?: string; prototype?: object };
    if (!prototype) return;
    for (const method of this.scanner.getAllMethodNames(prototype)) {
      const options = idempotentOptionsOf((prototype as Record<string, object>)[method]);
      if (options) this.stores.of(options, `${name}.${method}`);
    }
  }
}
