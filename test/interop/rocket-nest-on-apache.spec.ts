import { startApacheRocketMQ } from '../support/apache-rocketmq';
import { describeRocketNestContract, rocketNestBrokerProperties } from './rocket-nest-contract';

jest.setTimeout(30_000);

describeRocketNestContract('rocket-nest on Apache RocketMQ', async () => {
  const { namesrvAddr, stop } = await startApacheRocketMQ(rocketNestBrokerProperties);
  return { options: { namesrvAddr }, stop };
});
