import { startCluster } from '../support/servers';
import { describeRocketNestContract, rocketNestBrokerProperties } from './rocket-nest-contract';

jest.setTimeout(30_000);

describeRocketNestContract('rocket-nest on our servers', async () => {
  const { namesrvAddr, stop } = await startCluster(rocketNestBrokerProperties);
  return { options: { namesrvAddr }, stop };
});
