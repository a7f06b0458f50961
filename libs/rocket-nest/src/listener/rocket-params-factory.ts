import { ListenerParam } from '../decorators/listener-param';
import type { RocketContext } from './rocket-context';

/** Fills decorated parameters of listener methods from the call's arguments: body and context. */
export class RocketParamsFactory {
  exchangeKeyForValue(type: number, data: unknown, args: unknown[]): unknown {
    const [body, context] = args as [unknown, RocketContext];
    switch (type) {
      case ListenerParam.BODY:
        return body;
      case ListenerParam.HEADER:
        return data === undefined ? context.message.properties : context.header(data as string);
      case ListenerParam.KEYS:
        return context.keys;
      default:
        return context;
    }
  }
}
