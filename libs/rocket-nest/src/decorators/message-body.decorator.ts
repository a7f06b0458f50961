import type { Type } from '@nestjs/common';
import type { StandardSchema } from '../serialization/standard-schema';
import { assignListenerParam, type ListenerPipe } from './assign-listener-param';
import { ListenerParam } from './listener-param';

/**
 * The message body: text for a `string` parameter, bytes for a `Buffer`, else what its serializer
 * makes of it. A class with class-validator decorators and a Standard Schema are checked; what does
 * not fit goes to the dead letters at once.
 *
 * @param type the class or schema, for runners that emit no decorator metadata and for lists of
 * batch listeners; `Object` says that the body is not checked
 */
export function MessageBody(
  type?: Type<unknown> | StandardSchema | null,
  ...pipes: ListenerPipe[]
): ParameterDecorator {
  return assignListenerParam(ListenerParam.BODY, type ?? undefined, pipes);
}
