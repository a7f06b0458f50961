import 'reflect-metadata';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { DiscoveryService, MetadataScanner } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper';
import { listenerParamsOf } from '../decorators/assign-listener-param';
import { ListenerParam } from '../decorators/listener-param';
import type { RocketListenerOptions } from '../decorators/rocket-listener-options';
import { RocketConfigError } from '../errors/rocket-config-error';
import { isTopicDefinition, type TopicDefinition } from '../producer/topic-definition';
import type { RocketModuleOptions } from '../rocket-module-options';
import { DEFAULT_CONNECTION } from '../rocket.constants';
import { MessageSerializers } from '../serialization/message-serializers';
import { createBodyReader, isUnknownBody, type BodyReader } from '../validation/body-reader';
import { ConfigEnvironment } from './config-environment';
import { declarationsOf } from './listener-declarations';
import { ListenerBinder } from './listener-binder';
import type { BoundListener, ListenerDefinition } from './listener-definition';
import { resolveListenerOptions } from './listener-options-resolver';

/** The options of the connection a listener names; throws when there is none of that name. */
export type ConnectionOptionsOf = (name: string, place: string) => RocketModuleOptions;

type Method = ListenerDefinition['prototypeMethod'];
interface Host {
  readonly wrapper: InstanceWrapper;
  readonly metatype: ListenerDefinition['metatype'];
  readonly prototype: Record<string, Method>;
  readonly instance: object | undefined;
}

/** Finds the listener methods of all providers and controllers. */
@Injectable()
export class ListenerExplorer {
  private readonly logger = new Logger('RocketListener');

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(MetadataScanner) private readonly scanner: MetadataScanner,
    @Inject(ListenerBinder) private readonly binder: ListenerBinder,
    @Inject(ConfigEnvironment) private readonly environment: ConfigEnvironment,
  ) {}

  /** The enabled listeners; throws a RocketConfigError for options that cannot be. */
  explore(optionsOf: ConnectionOptionsOf): BoundListener[] {
    const wrappers = [...this.discovery.getProviders(), ...this.discovery.getControllers()];
    const found = new Map<string, BoundListener>();
    const seen = new Set<object>();
    for (const wrapper of wrappers) {
      const host = hostOf(wrapper);
      const identity = host?.instance ?? host?.metatype;
      if (!host || !identity || seen.has(identity)) continue;
      seen.add(identity);
      for (const listener of this.listenersOf(host, optionsOf)) {
        const other = found.get(listener.id);
        if (other) throw sameId(listener, other);
        found.set(listener.id, listener);
      }
    }
    return [...found.values()].filter((listener) => listener.options.enabled !== false);
  }

  private *listenersOf(host: Host, optionsOf: ConnectionOptionsOf): Generator<BoundListener> {
    for (const methodName of this.scanner.getAllMethodNames(host.prototype)) {
      const place = `${host.metatype.name}.${methodName}`;
      const method = host.prototype[methodName];
      if (typeof method !== 'function') continue;
      for (const declared of declarationsOf(host.metatype, method, place, this.environment)) {
        refuseTransient(host, place);
        const connection = declared.connection ?? DEFAULT_CONNECTION;
        yield this.define(host, methodName, declared, optionsOf(connection, place));
      }
    }
  }

  private define(
    host: Host,
    methodName: string,
    declared: RocketListenerOptions,
    module: RocketModuleOptions,
  ): BoundListener {
    const place = `${host.metatype.name}.${methodName}`;
    const id = declared.id ?? place;
    const options = resolveListenerOptions(id, place, declared, module, this.environment);
    const definition: ListenerDefinition = {
      id,
      place,
      connection: declared.connection ?? DEFAULT_CONNECTION,
      consumerGroup: options.consumerGroup,
      options,
      metatype: host.metatype,
      methodName,
      prototypeMethod: host.prototype[methodName],
      instance: host.instance,
    };
    const topic = isTopicDefinition(declared.topic) ? declared.topic : undefined;
    return this.binder.bind(definition, host.wrapper, this.readerOf(definition, topic, module));
  }

  private readerOf(
    { metatype, methodName, place, id, options }: ListenerDefinition,
    topic: TopicDefinition | undefined,
    module: RocketModuleOptions,
  ): BodyReader {
    const body = bodyParamOf(metatype, methodName);
    const declared = isUnknownBody(body?.type) ? (topic?.schema ?? body?.type) : body?.type;
    if (body && !body.explicit && isUnknownBody(declared) && !topic) {
      this.logger.warn(
        `the body of listener '${id}' (${place}) has no type that exists at run time, so it is not ` +
          `checked: write @MessageBody(TheClass)${options.batch ? '' : ' or give the parameter a class'}, ` +
          'or @MessageBody(Object) to leave it so',
      );
    }
    return createBodyReader({
      declared,
      place,
      serializers: new MessageSerializers(module.serializers),
      serializer: topic?.serializer,
      validation: module.validation,
    });
  }
}

function hostOf(wrapper: InstanceWrapper): Host | undefined {
  const isStatic = wrapper.isDependencyTreeStatic() && !wrapper.isTransient;
  const instance = isStatic ? (wrapper.instance as object | undefined) : undefined;
  if (isStatic && (instance === null || typeof instance !== 'object')) return undefined;
  const prototype = (
    instance
      ? Object.getPrototypeOf(instance)
      : (wrapper.metatype as { prototype?: object } | null)?.prototype
  ) as Host['prototype'] | null | undefined;
  if (!prototype) return undefined;
  const own = isStatic ? prototype.constructor : wrapper.metatype;
  if (typeof own !== 'function') return undefined;
  return { wrapper, metatype: own, prototype, instance };
}

function refuseTransient({ wrapper }: Host, place: string): void {
  if (!wrapper.isTransient) return;
  throw new RocketConfigError(
    `${place} is a listener, but its class is transient: there would be one for each class that ` +
      'injects it; make it a singleton or request-scoped',
  );
}

/** The parameter that takes the body, if there is one, and the class or schema it has. */
function bodyParamOf(
  metatype: ListenerDefinition['metatype'],
  methodName: string,
): { type: unknown; explicit: boolean } | undefined {
  const prototype = metatype.prototype as Record<string, Method>;
  const params = Object.entries(listenerParamsOf(metatype, methodName) ?? {});
  const body = params.find(([key]) => key.startsWith(`${ListenerParam.BODY}:`))?.[1];
  if (!body) return undefined;
  const types = (Reflect.getMetadata('design:paramtypes', prototype, methodName) ??
    []) as unknown[];
  const isUsed = body.data !== undefined || body.index < prototype[methodName].length;
  if (!isUsed) return undefined;
  return { type: body.data ?? types[body.index], explicit: body.data !== undefined };
}

function sameId(one: ListenerDefinition, other: ListenerDefinition): RocketConfigError {
  const fix =
    one.place === other.place
      ? 'its class is provided by several modules, or the method has several @RocketListener: provide ' +
        "it once, give each @RocketListener its 'id'"
      : "give one of them another 'id'";
  return new RocketConfigError(
    `two listeners have the id '${one.id}' (${other.place} and ${one.place}); ${fix}`,
  );
}
