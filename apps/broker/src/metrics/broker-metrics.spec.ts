import { BrokerController, createBrokerConfig } from '@rocket-nest/broker';
import { RemotingClient, RemotingCommand, RequestCode } from '@rocket-nest/remoting';
import { realDependencies } from '../../../../test/support/beside-engine';
import { makeTemporaryFolder, removeFolder } from '../../../../test/support/temporary-folder';
import { prepareBrokerMetrics } from './broker-metrics';

/** Names, labels and bounds are those that a 5.5.0 broker served to the same requests. */
describe('the metrics of a broker', () => {
  const folder = makeTemporaryFolder('metrics');
  const config = createBrokerConfig({
    brokerName: 'b1',
    listenPort: '0',
    storePathRootDir: folder,
    mappedFileSizeCommitLog: String(16 * 1024 * 1024),
    metricsExporterType: 'PROM',
    metricsPromExporterPort: '0',
  });
  const metrics = prepareBrokerMetrics(config)!;
  const controller = new BrokerController(config, { ...realDependencies, ...metrics.observers });
  const exporter = metrics.exporterOf(controller);
  const client = new RemotingClient({}, realDependencies);

  beforeAll(async () => {
    await controller.initialize();
    await controller.start();
    await exporter.start();
  });
  afterAll(async () => {
    await client.shutdown();
    await exporter.shutdown();
    await controller.shutdown();
    removeFolder(folder);
  });

  const requestOf = (code: number, fields: object, body?: Buffer): RemotingCommand => {
    const texts = Object.entries(fields).map(([name, value]) => [name, String(value)] as const);
    return RemotingCommand.createRequest(code, new Map(texts), body);
  };
  const ask = (code: number, fields: object, body?: Buffer) =>
    client.invoke(controller.brokerAddr, requestOf(code, fields, body), 10_000);
  const sendFields = {
    producerGroup: 'P',
    topic: 'T',
    defaultTopic: 'TBW102',
    defaultTopicQueueNums: 1,
    queueId: 0,
    sysFlag: 0,
    bornTimestamp: 1,
    flag: 0,
  };
  const pullFields = {
    consumerGroup: 'C',
    topic: 'T',
    queueId: 0,
    queueOffset: 1,
    maxMsgNums: 32,
    sysFlag: 6,
    commitOffset: 0,
    suspendTimeoutMillis: 15_000,
    subscription: '*',
    subVersion: 0,
  };

  /** The lines of one metric, by what stands between its braces. */
  async function scrape(name: string): Promise<Map<string, number>> {
    const text = await (await fetch(`http://127.0.0.1:${exporter.port}/metrics`)).text();
    const line = new RegExp(`^${name}\\{(.*)\\} (\\S+)$`, 'gm');
    return new Map(Array.from(text.matchAll(line), ([, labels, value]) => [labels, Number(value)]));
  }

  const node = 'cluster="DefaultCluster",node_type="broker",node_id="b1"';

  it('tell how large messages are', async () => {
    for (const bytes of [10, 2000, 5000]) {
      expect((await ask(RequestCode.SEND_MESSAGE, sendFields, Buffer.alloc(bytes))).code).toBe(0);
    }
    const topic = `${node},topic="T",message_type="normal",is_system="false"`;
    const counts = await scrape('rocketmq_message_size_bucket');
    expect([...counts].filter(([labels]) => labels.startsWith(topic))).toEqual(
      Object.entries({
        '1024.0': 1,
        '4096.0': 2,
        '524288.0': 3,
        '1048576.0': 3,
        '2097152.0': 3,
        '4194304.0': 3,
        '+Inf': 3,
      }).map(([le, count]) => [`${topic},le="${le}"`, count]),
    );
    const sum = (await scrape('rocketmq_message_size_sum')).get(topic);
    expect(sum).toBe((await scrape('rocketmq_throughput_in_total')).get(topic));
  });

  it('tell how long requests take, held and oneway ones apart', async () => {
    await ask(RequestCode.SEND_MESSAGE, sendFields, Buffer.from('x'));
    const { messageStore } = controller;
    const before = messageStore.maxPhyOffset();
    const oneway = requestOf(RequestCode.SEND_MESSAGE, sendFields, Buffer.from('x')).markOneway();
    await client.invokeOneway(controller.brokerAddr, oneway);
    while (messageStore.maxPhyOffset() === before) await new Promise(setImmediate);
    const queueOffset = messageStore.maxOffsetInQueue('T', 0);
    const held = ask(RequestCode.PULL_MESSAGE, { ...pullFields, queueOffset });
    while (controller.pullRequestHoldService.heldCount === 0) await new Promise(setImmediate);
    await ask(RequestCode.SEND_MESSAGE, sendFields, Buffer.from('x'));
    expect((await held).code).toBe(0);
    expect((await ask(31_999, {})).code).toBe(3);
    const counts = await scrape('rocketmq_rpc_latency_milliseconds_count');
    const rpc = (request: string, response: string, isHeld: boolean, result: string) =>
      `${node},protocol_type="remoting",request_code="${request}",response_code="${response}",` +
      `is_long_polling="${isHeld}",result="${result}"`;
    expect(counts.get(rpc('send_message', 'success', false, 'success'))).toBeGreaterThanOrEqual(2);
    expect(counts.get(rpc('send_message', 'success', false, 'oneway'))).toBe(1);
    expect(counts.get(rpc('pull_message', 'success', true, 'success'))).toBe(1);
    expect(counts.get(rpc('unknown', 'request_code_not_supported', false, 'success'))).toBe(1);
  });

  it('tell what is pulled and not acknowledged, and how old the oldest message is', async () => {
    await ask(RequestCode.UPDATE_CONSUMER_OFFSET, {
      consumerGroup: 'C',
      topic: 'T',
      queueId: 0,
      commitOffset: 1,
    });
    const labels = `${node},topic="T",consumer_group="C",is_retry="false",is_system="false"`;
    const [inflight, lag] = await Promise.all(
      ['rocketmq_consumer_inflight_messages', 'rocketmq_consumer_lag_messages'].map(scrape),
    );
    expect(inflight.get(labels)).toBeGreaterThan(0);
    expect(inflight.get(labels)).toBeLessThanOrEqual(lag.get(labels)!);
    const ages = await scrape('rocketmq_storage_message_reserve_time_milliseconds');
    expect([...ages.values()]).toEqual([expect.any(Number)]);
  });

  it('tell by topic which transactions are open, committed and rolled back', async () => {
    const COMMIT = 8;
    const ROLLBACK = 12;
    const halfFields = {
      ...sendFields,
      topic: 'Paid',
      sysFlag: 4,
      properties: 'TRAN_MSG\u0001true\u0002PGROUP\u0001P\u0002UNIQ_KEY\u0001K\u0002',
    };
    const sendHalf = async () => {
      const { extFields } = await ask(RequestCode.SEND_MESSAGE, halfFields, Buffer.from('x'));
      return {
        producerGroup: 'P',
        tranStateTableOffset: extFields.get('queueOffset'),
        commitLogOffset: parseInt(extFields.get('msgId')!.slice(16), 16),
        fromTransactionCheck: 'false',
        msgId: 'K',
      };
    };
    const end = (half: object, commitOrRollback: number) =>
      ask(RequestCode.END_TRANSACTION, { ...half, commitOrRollback });
    const halves = [await sendHalf(), await sendHalf(), await sendHalf(), await sendHalf()];
    for (const half of halves.slice(0, 2)) expect((await end(half, COMMIT)).code).toBe(0);
    expect((await end(halves[2], ROLLBACK)).code).toBe(0);
    const labels = `${node},topic="Paid"`;
    const names = ['half_messages', 'commit_messages_total', 'rollback_messages_total'];
    const found = await Promise.all(names.map((name) => scrape(`rocketmq_${name}`)));
    expect(found.map((samples) => samples.get(labels))).toEqual([1, 2, 1]);
  });
});
