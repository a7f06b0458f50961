import { startApacheRocketMQ } from '../support/apache-rocketmq';
import { contractBrokerProperties, describeClientContract } from './client-contract';

jest.setTimeout(30_000);

describeClientContract('the client on Apache RocketMQ', () =>
  startApacheRocketMQ(contractBrokerProperties),
);
