import { RemotingError } from '@rocket-nest/remoting';
import { isRouteName } from '../registration/route-name';

/** How a broker names itself in the headers of its requests. */
export interface BrokerIdentity {
  readonly clusterName: string;
  readonly brokerName: string;
  readonly brokerAddr: string;
  readonly brokerId: number;
}

/** Refuses names and addresses that must not enter the route tables; throws HEADER_BAD_FIELD. */
export function checkBrokerIdentity<T extends Partial<BrokerIdentity>>(identity: T): T {
  for (const field of ['clusterName', 'brokerName', 'brokerAddr'] as const) {
    const value = identity[field];
    if (value !== undefined && !isRouteName(value)) {
      throw badField(`${field} is empty, too long or holds unprintable characters`);
    }
  }
  const { brokerId } = identity;
  if (brokerId !== undefined && brokerId < 0) throw badField(`brokerId ${brokerId} is negative`);
  return identity;
}

function badField(message: string): RemotingError {
  return new RemotingError('HEADER_BAD_FIELD', message);
}
