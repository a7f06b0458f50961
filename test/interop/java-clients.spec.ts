import { startApacheRocketMQ } from '../support/apache-rocketmq';
import { hasJava } from '../support/java';
import { type Cluster, startCluster } from '../support/servers';
import { javaClientVersions, JavaClient, serializations } from './java-clients';

/** The number of checks of test/interop/java: fewer results than this is a failure. */
const CHECKS = 25;

/** INTEROP_SERVER=apache shows that the checks are right: they pass on the original. */
const onApache = process.env.INTEROP_SERVER === 'apache';

const describeWithJava = hasJava() ? describe : describe.skip;

describeWithJava.each(javaClientVersions)('Java client %s', (version) => {
  let client: JavaClient;
  let cluster: Cluster;

  beforeAll(async () => {
    client = await JavaClient.prepare(version);
    cluster = onApache ? await startApacheRocketMQ() : await startCluster();
  }, 400_000);

  afterAll(async () => {
    client?.dispose();
    await cluster?.stop();
  }, 60_000);

  it.each(serializations)(
    'sends and consumes with %s headers',
    async (serialization) => {
      const { results, finished, output } = await client.run(cluster.namesrvAddr, serialization);
      expect(results.filter((each) => !each.passed).map((each) => each.line)).toEqual([]);
      expect({ finished, output: finished ? '' : output.slice(-4000) }).toEqual({
        finished: true,
        output: '',
      });
      expect(results).toHaveLength(CHECKS);
    },
    200_000,
  );
});
