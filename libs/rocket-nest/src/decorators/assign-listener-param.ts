import 'reflect-metadata';
import type { PipeTransform, Type } from '@nestjs/common';
import { ROCKET_PARAM_METADATA } from '../rocket.constants';
import { ListenerParam } from './listener-param';

/** One pipe of a parameter, as a class or an instance. */
export type ListenerPipe = PipeTransform | Type<PipeTransform>;

/** What is kept of one parameter, by its kind and index, in the form Nest's external contexts read. */
export interface ListenerParamEntry {
  readonly index: number;
  readonly data: unknown;
  readonly pipes: readonly ListenerPipe[];
}
export type ListenerParams = Readonly<Record<`${number}:${number}`, ListenerParamEntry>>;

/**
 * Where Nest looks for the pipes of parameters, to make those that are given as classes. Its key and
 * ours differ because routes number their parameters otherwise.
 */
const NEST_PARAM_METADATA = '__routeArguments__';
/** Nest's mark of providers that are called from outside, as controllers and resolvers are. */
const NEST_ENTRY_METADATA = '__entryProvider__';

/** Records what a parameter wants. */
export function assignListenerParam(
  param: ListenerParam,
  data: unknown,
  pipes: readonly ListenerPipe[],
): ParameterDecorator {
  return (target, method, index) => {
    if (method === undefined) return;
    define(target, method, {
      ...listenerParamsOf(target.constructor, method),
      [`${param}:${index}`]: { index, data, pipes },
    });
    if (pipes.some((pipe) => typeof pipe === 'function')) {
      letNestMake(pipes, target.constructor, method, `${ROCKET_PARAM_METADATA}:${index}`);
    }
  };
}

/**
 * What every listener method has: a method without parameter decorators gets the body, then the
 * context. Its class is one that Nest puts request-scoped and transient global enhancers around.
 */
export function prepareListenerMethod(target: object, method: string | symbol): void {
  Reflect.defineMetadata(NEST_ENTRY_METADATA, true, target.constructor);
  assignDefaultParams(target, method);
}

function assignDefaultParams(target: object, method: string | symbol): void {
  if (listenerParamsOf(target.constructor, method)) return;
  define(target, method, {
    [`${ListenerParam.BODY}:0`]: { index: 0, data: undefined, pipes: [] },
    [`${ListenerParam.CONTEXT}:1`]: { index: 1, data: undefined, pipes: [] },
  });
}

/** What the parameters of a class's method want; undefined when nothing was said. */
export function listenerParamsOf(
  metatype: object,
  method: string | symbol,
): ListenerParams | undefined {
  return Reflect.getMetadata(ROCKET_PARAM_METADATA, metatype, method) as ListenerParams | undefined;
}

function letNestMake(
  pipes: readonly ListenerPipe[],
  metatype: object,
  method: string | symbol,
  key: string,
): void {
  const earlier = (Reflect.getMetadata(NEST_PARAM_METADATA, metatype, method) ?? {}) as object;
  Reflect.defineMetadata(NEST_PARAM_METADATA, { ...earlier, [key]: { pipes } }, metatype, method);
}

function define(target: object, method: string | symbol, params: ListenerParams): void {
  Reflect.defineMetadata(ROCKET_PARAM_METADATA, params, target.constructor, method);
}
