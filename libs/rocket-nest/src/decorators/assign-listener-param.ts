import 'reflect-metadata';
import type { PipeTransform, Type } from '@nestjs/common';
import { ROCKET_PARAM_METADATA } from '../rocket.constants';
import type { ListenerParam } from './listener-param';

/** One pipe of a parameter, as a class or an instance. */
export type ListenerPipe = PipeTransform | Type<PipeTransform>;

/** Records, in the form Nest's external contexts read, what a parameter wants. */
export function assignListenerParam(
  param: ListenerParam,
  data: unknown,
  pipes: readonly ListenerPipe[],
): ParameterDecorator {
  return (target, method, index) => {
    if (method === undefined) return;
    const earlier = (Reflect.getMetadata(ROCKET_PARAM_METADATA, target.constructor, method) ??
      {}) as object;
    const entry = { index, data, pipes };
    Reflect.defineMetadata(
      ROCKET_PARAM_METADATA,
      { ...earlier, [`${param}:${index}`]: entry },
      target.constructor,
      method,
    );
  };
}
