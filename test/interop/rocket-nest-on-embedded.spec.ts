import { freePorts } from '../support/polling';
import { describeRocketNestContract, rocketNestBrokerProperties } from './rocket-nest-contract';

jest.setTimeout(30_000);

// The first application starts the broker, the second joins it by its port.
describeRocketNestContract('rocket-nest on the embedded broker', async () => {
  const [port] = await freePorts(1);
  const properties = Object.entries(rocketNestBrokerProperties);
  const brokerProperties = Object.fromEntries(
    properties.map(([name, value]) => [name, String(value)]),
  );
  return { options: { embedded: { port, brokerProperties } }, stop: () => Promise.resolve() };
});
