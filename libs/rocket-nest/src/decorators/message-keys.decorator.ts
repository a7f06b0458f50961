import { assignListenerParam } from './assign-listener-param';
import { ListenerParam } from './listener-param';

/** The keys of the message (its KEYS property, split by space) as a list of texts. */
export function MessageKeys(): ParameterDecorator {
  return assignListenerParam(ListenerParam.KEYS, undefined, []);
}
