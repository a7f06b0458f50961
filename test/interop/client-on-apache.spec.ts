import { startApacheRocketMQ } from '../support/apache-rocketmq';
import { describeClientContract } from './client-contract';
import { transactionBrokerProperties } from './contract/transactions';

jest.setTimeout(30_000);

describeClientContract('the client on Apache RocketMQ', () =>
  startApacheRocketMQ(transactionBrokerProperties),
);
