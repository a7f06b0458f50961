import { Inject, Injectable, type NestInterceptor } from '@nestjs/common';
import { ContextIdFactory, ExternalContextCreator, ModuleRef, type ContextId } from '@nestjs/core';
import type { InstanceWrapper } from '@nestjs/core/injector/instance-wrapper';
import { isObservable, lastValueFrom } from 'rxjs';
import { ROCKET_CONTEXT_TYPE, ROCKET_PARAM_METADATA } from '../rocket.constants';
import type { BodyReader } from '../validation/body-reader';
import { batchInvokeOf } from './batch-invoke';
import { runInterceptors } from './interceptor-chain';
import { ListenerExecutionContext } from './listener-execution-context';
import type { BoundListener, ListenerDefinition } from './listener-definition';
import type { RocketBatchContext } from './rocket-batch-context';
import type { RocketContext } from './rocket-context';
import { RocketParamsFactory } from './rocket-params-factory';

type Instance = Record<string, (...args: unknown[]) => unknown>;
/** Runs the method with its guards, pipes, interceptors and filters. */
export type ListenerCall = (
  body: unknown,
  context: RocketContext | RocketBatchContext,
) => Promise<unknown>;

/** Puts the enhancers of Nest around listener methods. */
@Injectable()
export class ListenerBinder {
  /** Nest keeps what it read of a method under the names of class and method. */
  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- as Nest types classes
  private readonly classes = new Map<string, Map<Function, ExternalContextCreator>>();

  constructor(@Inject(ExternalContextCreator) private readonly contexts: ExternalContextCreator) {}

  bind(
    definition: ListenerDefinition,
    wrapper: InstanceWrapper,
    reader: BodyReader,
  ): BoundListener {
    const call = definition.instance
      ? this.createOnce(definition, definition.instance as Instance, wrapper, reader)
      : this.perMessage(definition, wrapper, reader);
    return {
      ...definition,
      invoke: async (message, context) => call(reader.decode(message), context),
      invokeBatch: batchInvokeOf(call, reader),
    };
  }

  /** As `create`, with the interceptors run by us: they are known, and Nest's runner is slow. */
  private createOnce(
    definition: ListenerDefinition,
    instance: Instance,
    wrapper: InstanceWrapper,
    reader: BodyReader,
  ): ListenerCall {
    const { metatype, methodName } = definition;
    const contexts = this.contextsOf(metatype);
    const callback = callbackOf(instance, methodName);
    const interceptors = interceptorsOf(contexts, instance, callback, wrapper);
    if (interceptors.length === 0) return this.create(definition, instance, reader);
    const inner = contexts.create(
      instance,
      callback,
      methodName,
      ROCKET_PARAM_METADATA,
      new RocketParamsFactory(reader),
      undefined,
      undefined,
      { guards: false, interceptors: false, filters: false },
      ROCKET_CONTEXT_TYPE,
    ) as ListenerCall;
    const intercepted: ListenerCall = (body, context) =>
      runInterceptors(
        interceptors,
        new ListenerExecutionContext([body, context], metatype, callback),
        () => inner(body, context),
      );
    copyMetadata(callback, intercepted);
    return contexts.create(
      instance,
      intercepted as Instance[string],
      `${methodName} with interceptors`, // Nest remembers methods by name, and this one has no parameters
      undefined,
      undefined,
      undefined,
      undefined,
      { guards: true, interceptors: false, filters: true },
      ROCKET_CONTEXT_TYPE,
    ) as ListenerCall;
  }

  private create(
    { metatype, methodName }: ListenerDefinition,
    instance: Instance,
    reader: BodyReader,
    contextId?: ContextId,
    inquirerId?: string,
  ): ListenerCall {
    return this.contextsOf(metatype).create(
      instance,
      callbackOf(instance, methodName),
      methodName,
      ROCKET_PARAM_METADATA,
      new RocketParamsFactory(reader),
      contextId,
      inquirerId,
      undefined,
      ROCKET_CONTEXT_TYPE,
    ) as ListenerCall;
  }

  /** A request-scoped listener, or one that needs something request-scoped: one for each message. */
  private perMessage(
    definition: ListenerDefinition,
    wrapper: InstanceWrapper,
    reader: BodyReader,
  ): ListenerCall {
    const host = wrapper.host?.getProviderByKey<ModuleRef>(ModuleRef).instance;
    if (!host) throw new Error(`${definition.place} belongs to no module`);
    const durable = wrapper.isDependencyTreeDurable();
    return async (body, context) => {
      const contextId = ContextIdFactory.getByRequest(context);
      const payload = (contextId as { payload?: unknown }).payload;
      host.registerRequestByContextId(durable ? payload : context, contextId);
      const instance = await host.resolve<Instance>(
        wrapper.token as Parameters<ModuleRef['resolve']>[0],
        contextId,
        { strict: true },
      );
      return this.create(definition, instance, reader, contextId, wrapper.id)(body, context);
    };
  }

  // eslint-disable-next-line @typescript-eslint/no-unsafe-function-type -- as Nest types classes
  private contextsOf(metatype: Function): ExternalContextCreator {
    const named = this.classes.get(metatype.name) ?? new Map();
    this.classes.set(metatype.name, named);
    let contexts = named.get(metatype) as ExternalContextCreator | undefined;
    if (!contexts) {
      contexts = named.size === 0 ? this.contexts : anotherOf(this.contexts);
      named.set(metatype, contexts);
    }
    return contexts;
  }
}

/** With a memory of its own, for the second class of a name. */
function anotherOf(contexts: ExternalContextCreator): ExternalContextCreator {
  const { container } = contexts as unknown as {
    container: Parameters<typeof ExternalContextCreator.fromContainer>[0];
  };
  return ExternalContextCreator.fromContainer(container);
}

/**
 * Calls the method that the instance has then, and waits for an Observable, also one that emits
 * nothing. Guards and interceptors find the method's metadata and name on it.
 */
function callbackOf(instance: Instance, methodName: string): (...args: unknown[]) => unknown {
  const method = instance[methodName];
  async function callback(this: Instance, ...args: unknown[]): Promise<unknown> {
    const result = await this[methodName](...args);
    return isObservable(result) ? lastValueFrom(result, { defaultValue: undefined }) : result;
  }
  copyMetadata(method, callback);
  return callback;
}

function copyMetadata(from: Instance[string] | ListenerCall, to: object): void {
  for (const key of Reflect.getMetadataKeys(from) as unknown[]) {
    Reflect.defineMetadata(key, Reflect.getMetadata(key, from), to);
  }
  Object.defineProperty(to, 'name', { value: from.name });
}

/** The interceptors of a listener, the application's first; what Nest itself would run. */
function interceptorsOf(
  contexts: ExternalContextCreator,
  instance: Instance,
  callback: Instance[string],
  wrapper: InstanceWrapper,
): NestInterceptor[] {
  const { interceptorsContextCreator } = contexts as unknown as {
    interceptorsContextCreator?: {
      create(
        instance: object,
        callback: unknown,
        moduleKey: string,
        contextId: undefined,
        inquirerId: string,
      ): NestInterceptor[];
    };
  };
  const moduleKey = wrapper.host?.token;
  if (!interceptorsContextCreator || moduleKey === undefined) return [];
  return interceptorsContextCreator.create(instance, callback, moduleKey, undefined, wrapper.id);
}
