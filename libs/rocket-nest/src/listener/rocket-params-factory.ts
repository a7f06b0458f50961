import { ListenerParam } from '../decorators/listener-param';
import type { BodyReader } from '../validation/body-reader';
import { RocketBatchContext } from './rocket-batch-context';
import type { RocketContext } from './rocket-context';

/** Fills the parameters of one listener method from the call's arguments: body and context. */
export class RocketParamsFactory {
  constructor(private readonly reader: Pick<BodyReader, 'check'>) {}

  exchangeKeyForValue(type: number, data: unknown, args: unknown[]): unknown {
    const [body, context] = args as [unknown, RocketContext | RocketBatchContext];
    if (context instanceof RocketBatchContext) return ofBatch(type, data, body, context);
    return type === ListenerParam.BODY ? this.reader.check(body) : ofMessage(type, data, context);
  }
}

function ofMessage(type: number, data: unknown, context: RocketContext): unknown {
  switch (type) {
    case ListenerParam.HEADER:
      return data === undefined ? context.message.properties : context.header(data as string);
    case ListenerParam.KEYS:
      return context.keys;
    default:
      return context;
  }
}

/** The bodies of a batch were checked one by one before; other parameters are lists. */
function ofBatch(type: number, data: unknown, bodies: unknown, batch: RocketBatchContext): unknown {
  if (type === ListenerParam.BODY) return bodies;
  if (type === ListenerParam.CONTEXT) return batch;
  return batch.contexts.map((context) => ofMessage(type, data, context));
}
