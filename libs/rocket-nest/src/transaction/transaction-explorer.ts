import 'reflect-metadata';
import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { MessageExt } from '@rocket-nest/common';
import { RocketConfigError } from '../errors/rocket-config-error';
import { DEFAULT_CONNECTION } from '../rocket.constants';
import type { RouteCheck } from './route-checks';
import {
  TRANSACTION_CHECK_METADATA,
  type TransactionCheckAnswer,
  type TransactionCheckDeclaration,
} from './transaction-check.decorator';
import { TRANSACTIONAL_METADATA } from './transactional-message.decorator';
import type { TransactionalMessageOptions } from './transactional-message.options';

type Method = (message: MessageExt) => TransactionCheckAnswer | Promise<TransactionCheckAnswer>;
type Methods = Record<string, Method>;

/** A `@TransactionalMessage` method as it was declared. */
export interface TransactionalMethod {
  /** `Class.method`. */
  readonly place: string;
  readonly options: TransactionalMessageOptions;
}

/** Finds the `@TransactionalMessage` and `@TransactionCheck` methods of all providers. */
@Injectable()
export class TransactionExplorer {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
  ) {}

  /** Those of one connection. */
  methods(connection: string): TransactionalMethod[] {
    const found = new Map<string, TransactionalMethod>();
    for (const { prototype, name, place } of this.all()) {
      const options = Reflect.getMetadata(TRANSACTIONAL_METADATA, prototype[name]) as
        TransactionalMessageOptions | undefined;
      if (options && (options.connection ?? DEFAULT_CONNECTION) === connection) {
        found.set(place, { place, options });
      }
    }
    return [...found.values()];
  }

  /** Those of one connection. Their classes must be singletons: a check has no request. */
  checks(connection: string): RouteCheck[] {
    const found: RouteCheck[] = [];
    for (const { prototype, name, place, instance } of this.all()) {
      const declared = Reflect.getMetadata(TRANSACTION_CHECK_METADATA, prototype[name]) as
        TransactionCheckDeclaration | undefined;
      if (!declared || (declared.connection ?? DEFAULT_CONNECTION) !== connection) continue;
      if (!instance) {
        throw new RocketConfigError(
          `@TransactionCheck on ${place}: its class is request-scoped, but a check has no request; move ` +
            'it to a class that is a singleton',
        );
      }
      found.push({
        route: declared.route,
        place,
        check: (message) => instance[name](message),
      });
    }
    return found;
  }

  private *all(): Generator<{
    prototype: Methods;
    name: string;
    place: string;
    instance: Methods | undefined;
  }> {
    const seen = new Set<unknown>();
    for (const wrapper of [...this.discovery.getProviders(), ...this.discovery.getControllers()]) {
      const isStatic = wrapper.isDependencyTreeStatic();
      const instance = isStatic ? (wrapper.instance as Methods | undefined) : undefined;
      const type = wrapper.metatype as { prototype?: Methods } | null;
      const prototype =
        typeof instance === 'object' && instance !== null
          ? (Object.getPrototypeOf(instance) as Methods | null)
          : isStatic
            ? undefined
            : type?.prototype;
      if (!prototype || seen.has(instance ?? prototype)) continue;
      seen.add(instance ?? prototype);
      for (const name of this.scanner.getAllMethodNames(prototype)) {
        if (typeof prototype[name] !== 'function') continue;
        yield { prototype, name, place: `${prototype.constructor.name}.${name}`, instance };
      }
    }
  }
}
