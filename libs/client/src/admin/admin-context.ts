import type { ClusterInfo } from '@rocket-nest/remoting';
import { ClientError } from '../errors/client-error';
import type { MQClientInstance } from '../instance/mq-client-instance';

const MASTER_ID = 0;

/** What the parts of an admin client share. */
export interface AdminContext {
  readonly namespace: string | undefined;
  /** Throws NOT_RUNNING before `start` and after `shutdown`. */
  readonly instance: MQClientInstance;
}

/**
 * Addresses of the masters of a cluster, without a name of all clusters. Rejects with
 * BROKER_NOT_FOUND when there is none; `what` was not done then.
 */
export async function mastersOf(
  { instance }: AdminContext,
  clusterName: string | undefined,
  what: string,
): Promise<string[]> {
  const masters = masterAddresses(await instance.nameServers.clusterInfo(), clusterName);
  if (masters.length > 0) return masters;
  const where = clusterName === undefined ? 'any cluster' : `cluster ${clusterName}`;
  throw new ClientError(
    'BROKER_NOT_FOUND',
    `${what} was not done: the name server ${instance.nameServers.description} knows no master of ` +
      where,
  );
}

function masterAddresses(info: ClusterInfo, clusterName: string | undefined): string[] {
  const names =
    clusterName === undefined ? undefined : (info.clusterAddrTable?.get(clusterName) ?? []);
  return [...(info.brokerAddrTable ?? [])].flatMap(([brokerName, { brokerAddrs }]) => {
    const master = brokerAddrs?.get(MASTER_ID);
    return master !== undefined && (!names || names.includes(brokerName)) ? [master] : [];
  });
}
