import type { Type } from '@nestjs/common';
import { assignListenerParam, type ListenerPipe } from './assign-listener-param';
import { ListenerParam } from './listener-param';

/**
 * The message body: text for a `string` parameter, bytes for a `Buffer`, else the value its JSON
 * text holds. Pass the class for runners that emit no decorator metadata.
 */
export function MessageBody(
  type?: Type<unknown> | null,
  ...pipes: ListenerPipe[]
): ParameterDecorator {
  return assignListenerParam(ListenerParam.BODY, type ?? undefined, pipes);
}
