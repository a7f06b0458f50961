import 'reflect-metadata';
import { Inject } from '@nestjs/common';
import { RocketConfigError } from '../errors/rocket-config-error';
import { DEFAULT_CONNECTION } from '../rocket.constants';
import { getTransactionsToken, type RocketTransactions } from './rocket-transactions';
import type { TransactionalMessageOptions } from './transactional-message.options';

export const TRANSACTIONAL_METADATA = 'rocket-nest:transactional';

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- any asynchronous method
type AsyncMethod = (...args: any[]) => Promise<any>;
type AsyncMethodDecorator = <M extends AsyncMethod>(
  target: object,
  key: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void;

/**
 * Makes the message of this method be delivered if and only if the method's local transaction
 * commits. A half message is sent first; then the method runs in a transaction of the database, which
 * injected repositories join; then the message is released, or dropped if the method threw. Where the
 * process dies in between, the broker asks any instance of the service, which finds the answer in
 * `rocket_tx_log`.
 *
 * Called by another transactional method it joins its transaction, and both messages follow that one.
 * Called inside any other transaction of the same database it throws NESTED_TRANSACTION.
 */
// eslint-disable-next-line @typescript-eslint/no-explicit-any -- the method's own parameters
export function TransactionalMessage<A extends any[] = any[]>(
  options: TransactionalMessageOptions<A>,
): AsyncMethodDecorator {
  return (target, key, descriptor) => {
    const method = descriptor.value as AsyncMethod;
    const place = `${target.constructor.name}.${String(key)}`;
    const property = injectTransactions(target, options.connection);
    const wrapper = async function (this: object, ...args: unknown[]): Promise<unknown> {
      const transactions = (this as Record<symbol, RocketTransactions | undefined>)[property];
      if (!transactions) {
        throw new RocketConfigError(
          `${place} is a @TransactionalMessage, but its instance was not made by Nest: get it from ` +
            'the container, where RocketTransactionModule is imported',
        );
      }
      return transactions.runMethod(options, place, args, () => method.apply(this, args));
    };
    Object.defineProperty(wrapper, 'name', { value: method.name });
    for (const name of Reflect.getMetadataKeys(method) as unknown[]) {
      Reflect.defineMetadata(name, Reflect.getMetadata(name, method), wrapper);
    }
    Reflect.defineMetadata(TRANSACTIONAL_METADATA, options, wrapper);
    descriptor.value = wrapper as unknown as typeof descriptor.value;
  };
}

/** Has Nest put the connection's transactions on every instance of the class, and says where. */
function injectTransactions(target: object, connection = DEFAULT_CONNECTION): symbol {
  const property = Symbol.for(`rocket-nest:transactions:${connection}`);
  Inject(getTransactionsToken(connection))(target, property);
  return property;
}
