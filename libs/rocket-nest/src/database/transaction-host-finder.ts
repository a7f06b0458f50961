import type { ModuleRef } from '@nestjs/core';
import { RocketConfigError } from '../errors/rocket-config-error';
import { requireOptional, tryRequire } from './adapters/require-optional';
import type { TransactionHostLike } from './host-transaction-scope';

const PACKAGE = '@nestjs-cls/transactional';

interface TransactionalModule {
  getTransactionHostToken(connectionName?: string): symbol | (abstract new () => unknown);
}

/**
 * The application's `TransactionHost` whose adapter works on `client` (a Drizzle database or the
 * manager of a TypeORM data source), if it has one.
 *
 * @param connectionName of the host; left out, the default one is used where it fits
 */
export async function findTransactionHost(
  modules: ModuleRef,
  client: unknown,
  connectionName: string | undefined,
): Promise<TransactionHostLike | undefined> {
  const transactional =
    connectionName === undefined
      ? tryRequire<TransactionalModule>(PACKAGE)
      : requireOptional<TransactionalModule>(PACKAGE, `transactionHost '${connectionName}'`);
  if (!transactional) return undefined;
  const host = lookUp(modules, transactional.getTransactionHostToken(connectionName));
  if (host && (await worksOn(host, client))) return host;
  if (connectionName === undefined) return undefined;
  throw new RocketConfigError(
    host
      ? `the TransactionHost '${connectionName}' works on another database object than the one given ` +
          'to RocketDatabaseModule'
      : `there is no TransactionHost '${connectionName}': register ClsPluginTransactional with that ` +
          'connectionName',
  );
}

function lookUp(
  modules: ModuleRef,
  token: ReturnType<TransactionalModule['getTransactionHostToken']>,
): TransactionHostLike | undefined {
  try {
    return modules.get<unknown, TransactionHostLike>(token, { strict: false });
  } catch {
    return undefined;
  }
}

/** Outside of any transaction the host gives the client that its adapter falls back to. */
async function worksOn(host: TransactionHostLike, client: unknown): Promise<boolean> {
  return (await host.withoutTransaction(() => Promise.resolve(host.tx))) === client;
}
