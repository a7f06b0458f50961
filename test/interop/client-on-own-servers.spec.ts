import { startCluster } from '../support/servers';
import { describeClientContract } from './client-contract';
import { transactionBrokerProperties } from './contract/transactions';

jest.setTimeout(30_000);

describeClientContract('the client on our servers', () =>
  startCluster(transactionBrokerProperties),
);
