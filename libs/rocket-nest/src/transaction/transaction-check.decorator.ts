import 'reflect-metadata';
import type { LocalTransactionState } from '@rocket-nest/client';

/** What a hand-written check answers; `UNKNOWN` has the broker ask again. */
export type TransactionCheckAnswer = 'COMMIT' | 'ROLLBACK' | 'UNKNOWN' | LocalTransactionState;

export interface TransactionCheckOptions {
  /** Connection whose checks it answers. Default: the default one. */
  connection?: string;
}

export interface TransactionCheckDeclaration extends TransactionCheckOptions {
  readonly route: string;
}

export const TRANSACTION_CHECK_METADATA = 'rocket-nest:transaction-check';

/** Route of the check that takes what no other one does. */
export const ANY_ROUTE = '*';

/**
 * Makes a method answer how transactions ended that have no log (`txLog: 'none'`). It gets the half
 * message, in any instance of the service, also while the method still runs: answer `UNKNOWN` then.
 * One that throws counts as `UNKNOWN`.
 *
 * @param route of the transactional method it answers for. Default: all that no other check takes
 */
export function TransactionCheck(
  route: string = ANY_ROUTE,
  options: TransactionCheckOptions = {},
): MethodDecorator {
  return (_target, _key, descriptor) => {
    const declaration: TransactionCheckDeclaration = { ...options, route };
    Reflect.defineMetadata(TRANSACTION_CHECK_METADATA, declaration, descriptor.value as object);
  };
}
