import { assignListenerParam } from './assign-listener-param';
import { ListenerParam } from './listener-param';

/** The `RocketContext` of the message: where it came from, how often it was tried, its raw form. */
export function ConsumeContext(): ParameterDecorator {
  return assignListenerParam(ListenerParam.CONTEXT, undefined, []);
}
