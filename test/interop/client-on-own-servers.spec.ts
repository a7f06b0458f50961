import { startCluster } from '../support/servers';
import { contractBrokerProperties, describeClientContract } from './client-contract';

jest.setTimeout(30_000);

describeClientContract('the client on our servers', () => startCluster(contractBrokerProperties));
