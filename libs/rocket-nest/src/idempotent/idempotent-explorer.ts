import 'reflect-metadata';
import { Inject, Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import { ROCKET_HANDLER_METADATA, ROCKET_LISTENER_METADATA } from '../rocket.constants';
import { IdempotentInterceptor } from './http/idempotent.interceptor';
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
      const handler = (prototype as Record<string, object>)[method];
      const options = idempotentOptionsOf(handler);
      if (!options) continue;
      this.stores.of(options, `${name}.${method}`);
      leaveToWrapper(handler);
    }
  }
}

/** Under these Nest keeps a method's interceptors, its HTTP route and its pattern of a microservice. */
const INTERCEPTORS_METADATA = '__interceptors__';
const ROUTE_METADATA = ['path', 'microservices:pattern'];

/**
 * A method that is nothing but a listener needs no interceptor: `IdempotentListeners` stands around it,
 * and to be passed through costs each message a chain of Observables.
 */
function leaveToWrapper(handler: object): void {
  const has = (key: string): boolean => Reflect.hasMetadata(key, handler);
  if (!has(ROCKET_LISTENER_METADATA) && !has(ROCKET_HANDLER_METADATA)) return;
  if (ROUTE_METADATA.some(has)) return;
  const interceptors = (Reflect.getMetadata(INTERCEPTORS_METADATA, handler) ?? []) as unknown[];
  const others = interceptors.filter((each) => each !== IdempotentInterceptor);
  Reflect.defineMetadata(INTERCEPTORS_METADATA, others, handler);
}
