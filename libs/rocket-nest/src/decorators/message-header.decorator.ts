import { assignListenerParam, type ListenerPipe } from './assign-listener-param';
import { ListenerParam } from './listener-param';

/** A message property by name, or without a name all of them as a `Map`. */
export function MessageHeader(name?: string, ...pipes: ListenerPipe[]): ParameterDecorator {
  return assignListenerParam(ListenerParam.HEADER, name, pipes);
}
