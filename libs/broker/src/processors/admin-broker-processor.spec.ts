import { RequestCode, ResponseCode } from '@rocket-nest/remoting';
import type { RemotingCommand } from '@rocket-nest/remoting';
import { ask, createFakeBroker } from '../testing/fake-broker';
import type { FakeBroker } from '../testing/fake-broker';
import { FakeConnection } from '../testing/fake-connection';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { AdminBrokerProcessor } from './admin-broker-processor';

describe('AdminBrokerProcessor', () => {
  const folder = createTemporaryFolder();
  const connection = new FakeConnection();
  let broker: FakeBroker;
  let processor: AdminBrokerProcessor;

  afterAll(() => folder.remove());

  beforeEach(() => {
    broker = createFakeBroker(folder.path);
    processor = new AdminBrokerProcessor(broker);
  });

  const update = (body: string): Promise<RemotingCommand> =>
    ask(processor.updateBrokerConfig, connection, RequestCode.UPDATE_BROKER_CONFIG, {}, body);

  async function configLines(): Promise<string[]> {
    const code = RequestCode.GET_BROKER_CONFIG;
    const response = await ask(processor.getBrokerConfig, connection, code);
    expect(response.code).toBe(ResponseCode.SUCCESS);
    return response.body!.toString().split('\n');
  }

  it('answers its configuration as properties, and its version as JSON', async () => {
    const lines = await configLines();
    expect(lines).toContain('brokerName=broker-a');
    expect(lines).toContain('listenPort=10911');
    expect(lines).toContain('flushDiskType=ASYNC_FLUSH');
    const code = RequestCode.GET_BROKER_CONFIG;
    const response = await ask(processor.getBrokerConfig, connection, code);
    expect(JSON.parse(response.extFields.get('version')!)).toMatchObject({ counter: 0 });
  });

  it('changes what may change while it runs', async () => {
    expect((await update('autoCreateTopicEnable=false\n')).code).toBe(ResponseCode.SUCCESS);
    expect(broker.config.broker.autoCreateTopicEnable).toBe(false);
    expect(await configLines()).toContain('autoCreateTopicEnable=false');
  });

  it.each([
    ['paths', 'storePathRootDir=/tmp/x'],
    ['names', 'brokerName=x'],
    ['what it does not know', 'brokerConfigPath=x'],
    ['one of several', 'autoCreateTopicEnable=false\nlistenPort=1'],
    ['prototypes', '__proto__=x'],
  ])('does not let an admin change %s', async (_what, body) => {
    expect((await update(body)).code).toBe(ResponseCode.NO_PERMISSION);
    expect(broker.config.broker.autoCreateTopicEnable).toBe(true);
  });

  it('refuses values of the wrong type', async () => {
    const response = await update('brokerPermission=9');
    expect(response.code).toBe(ResponseCode.SYSTEM_ERROR);
    expect(response.remark).toContain('brokerPermission');
    expect(broker.config.broker.brokerPermission).toBe(6);
  });

  it('answers the runtime table with the original’s keys', async () => {
    broker.counters.messagesIn = 5;
    const code = RequestCode.GET_BROKER_RUNTIME_INFO;
    const response = await ask(processor.getBrokerRuntimeInfo, connection, code);
    const { table } = JSON.parse(response.body!.toString());
    expect(table).toMatchObject({
      brokerActive: 'true',
      bootTimestamp: String(broker.clock.wallNow()),
      msgPutTotalTodayNow: '5',
      runtime: '[ 0 days, 0 hours, 0 minutes, 0 seconds ]',
      sendThreadPoolQueueCapacity: '10000',
    });
    expect(table.putTps).toMatch(/^\S+ \S+ \S+$/);
    for (const value of Object.values(table)) expect(typeof value).toBe('string');
  });
});
