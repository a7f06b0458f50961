import 'reflect-metadata';
import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService, ExternalContextCreator, MetadataScanner } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper';
import { ListenerParam } from '../decorators/listener-param';
import type { RocketListenerOptions } from '../decorators/rocket-listener-options';
import { RejectToDlq } from '../errors/reject-to-dlq';
import { RocketConfigError } from '../errors/rocket-config-error';
import type { RocketModuleOptions } from '../rocket-module-options';
import {
  ROCKET_CONTEXT_TYPE,
  ROCKET_LISTENER_METADATA,
  ROCKET_MODULE_OPTIONS,
  ROCKET_PARAM_METADATA,
} from '../rocket.constants';
import { bodyFormOf, convertBody, type BodyForm } from './body-converter';
import type { ListenerDefinition } from './listener-definition';
import { resolveListenerOptions } from './listener-options-resolver';
import type { RocketContext } from './rocket-context';
import { RocketParamsFactory } from './rocket-params-factory';

type ListenerInstance = Record<string, (...args: unknown[]) => unknown>;

/** Finds the `@RocketListener` methods of all providers and controllers. */
@Injectable()
export class ListenerExplorer {
  private readonly paramsFactory = new RocketParamsFactory();

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(ExternalContextCreator) private readonly contexts: ExternalContextCreator,
    @Inject(ROCKET_MODULE_OPTIONS) private readonly options: RocketModuleOptions,
  ) {}

  /** The enabled listeners; throws a RocketConfigError when two share an id. */
  explore(): ListenerDefinition[] {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    const found = new Map<string, ListenerDefinition>();
    const seen = new Set<object>();
    for (const wrapper of wrappers) {
      for (const definition of this.listenersOf(wrapper, seen)) {
        const other = found.get(definition.id);
        if (other) {
          throw new RocketConfigError(
            `two listeners have the id '${definition.id}' (${other.place} and ${definition.place}); ` +
              "give one of them another 'id'",
          );
        }
        found.set(definition.id, definition);
      }
    }
    return [...found.values()].filter((listener) => listener.options.enabled !== false);
  }

  private *listenersOf(wrapper: InstanceWrapper, seen: Set<object>): Generator<ListenerDefinition> {
    if (!wrapper.isDependencyTreeStatic()) {
      this.refuseRequestScoped(wrapper);
      return;
    }
    const instance = wrapper.instance as ListenerInstance | undefined;
    if (!instance || typeof instance !== 'object' || seen.has(instance)) return;
    seen.add(instance);
    const prototype = Object.getPrototypeOf(instance) as ListenerInstance | null;
    if (!prototype) return;
    for (const method of this.scanner.getAllMethodNames(prototype)) {
      for (const declared of declaredOn(prototype, method)) {
        yield this.define(instance, method, declared);
      }
    }
  }

  private define(
    instance: ListenerInstance,
    method: string,
    declared: RocketListenerOptions,
  ): ListenerDefinition {
    const place = `${instance.constructor.name}.${method}`;
    const id = declared.id ?? place;
    const bodyForm = bodyFormOfMethod(instance, method);
    const call = this.contexts.create(
      instance,
      instance[method],
      method,
      ROCKET_PARAM_METADATA,
      this.paramsFactory,
      undefined,
      undefined,
      undefined,
      ROCKET_CONTEXT_TYPE,
    );
    return {
      id,
      place,
      options: resolveListenerOptions(id, place, declared, this.options),
      invoke: async (message, context) => {
        await call(bodyFor(message, bodyForm, place), context);
      },
    };
  }

  private refuseRequestScoped(wrapper: InstanceWrapper): void {
    const prototype = (wrapper.metatype as { prototype?: ListenerInstance } | null)?.prototype;
    if (!prototype) return;
    const method = this.scanner
      .getAllMethodNames(prototype)
      .find((name) => declaredOn(prototype, name).length > 0);
    if (method === undefined) return;
    throw new RocketConfigError(
      `@RocketListener on ${wrapper.name}.${method}: its class is request-scoped, which listeners ` +
        'cannot be yet; make the class a singleton and inject what varies through the context',
    );
  }
}

function declaredOn(prototype: ListenerInstance, method: string): RocketListenerOptions[] {
  const callback = prototype[method];
  if (typeof callback !== 'function') return [];
  return (Reflect.getMetadata(ROCKET_LISTENER_METADATA, callback) ?? []) as RocketListenerOptions[];
}

/** The declared class of the body parameter decides how the body is read. */
function bodyFormOfMethod(instance: ListenerInstance, method: string): BodyForm {
  const params = (Reflect.getMetadata(ROCKET_PARAM_METADATA, instance.constructor, method) ??
    {}) as Record<string, { index: number; data: unknown }>;
  const types = (Reflect.getMetadata('design:paramtypes', instance, method) ?? []) as unknown[];
  const entries = Object.entries(params);
  const body = entries.find(([key]) => key.startsWith(`${ListenerParam.BODY}:`))?.[1];
  if (body) return bodyFormOf(body.data ?? types[body.index]);
  return entries.length > 0 ? 'unknown' : bodyFormOf(types[0]);
}

/** A body that cannot be read never becomes readable, so it goes to the dead letters at once. */
function bodyFor(message: RocketContext['message'], form: BodyForm, place: string): unknown {
  try {
    return convertBody(message, form);
  } catch (cause) {
    throw new RejectToDlq(`the body is not the JSON that ${place} expects: ${String(cause)}`);
  }
}
