import { join } from 'node:path';
import { RequestCode, ResponseCode } from '@rocket-nest/remoting';
import type { RemotingCommand } from '@rocket-nest/remoting';
import { ask, createFakeBroker } from '../testing/fake-broker';
import type { FakeBroker } from '../testing/fake-broker';
import { FakeConnection } from '../testing/fake-connection';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { AdminGroupProcessor } from './admin-group-processor';

/** As the original's admin tool sends it and its broker answers it. */
const GROUP_JSON =
  '{"attributes":{},"brokerId":0,"consumeBroadcastEnable":true,"consumeEnable":true,' +
  '"consumeFromMinEnable":true,"consumeMessageOrderly":false,"consumeTimeoutMinute":15,' +
  '"groupName":"GID_test","groupRetryPolicy":{"type":"CUSTOMIZED"},"groupSysFlag":0,' +
  '"notifyConsumerIdsChangedEnable":true,"retryMaxTimes":16,"retryQueueNums":1,' +
  '"whichBrokerWhenConsumeSlowly":1}';

describe('AdminGroupProcessor', () => {
  const folder = createTemporaryFolder();
  const connection = new FakeConnection();
  let count = 0;
  let broker: FakeBroker;
  let processor: AdminGroupProcessor;

  afterAll(() => folder.remove());

  beforeEach(() => {
    const path = join(folder.path, String(count++));
    broker = createFakeBroker(path, { autoCreateSubscriptionGroup: 'false' });
    processor = new AdminGroupProcessor(broker);
  });

  const create = (body: string): Promise<RemotingCommand> => {
    const code = RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP;
    return ask(processor.updateAndCreateSubscriptionGroup, connection, code, {}, body);
  };

  const get = (group = 'GID_test'): Promise<RemotingCommand> => {
    const code = RequestCode.GET_SUBSCRIPTIONGROUP_CONFIG;
    return ask(processor.getSubscriptionGroupConfig, connection, code, { group });
  };

  it('makes a group, answers it as the original does, and deletes it with its offsets', async () => {
    expect((await create(GROUP_JSON)).code).toBe(ResponseCode.SUCCESS);
    expect((await get()).body?.toString()).toBe(GROUP_JSON);

    broker.consumerOffsetManager.commitOffset(undefined, 'GID_test', 'T', 0, 1);
    const code = RequestCode.DELETE_SUBSCRIPTIONGROUP;
    const fields = { groupName: 'GID_test', cleanOffset: 'true' };
    await ask(processor.deleteSubscriptionGroup, connection, code, fields);
    expect((await get()).code).toBe(ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST);
    expect(broker.consumerOffsetManager.queryOffset('GID_test', 'T', 0)).toBeUndefined();
  });

  it('has the change in its file before it answers', async () => {
    await create(GROUP_JSON);
    const again = createFakeBroker(broker.config.store.storePathRootDir);
    again.subscriptionGroupManager.load();
    expect(again.subscriptionGroupManager.containsSubscriptionGroup('GID_test')).toBe(true);
  });

  it('takes attributes as changes', async () => {
    const withAttributes = (attributes: object): string =>
      JSON.stringify({ ...JSON.parse(GROUP_JSON), attributes });
    await create(withAttributes({ '+lite.bind.topic': 'TopicLite' }));
    expect((await get()).body?.toString()).toContain('{"lite.bind.topic":"TopicLite"}');
    await create(withAttributes({}));
    expect((await get()).body?.toString()).toContain('{"lite.bind.topic":"TopicLite"}');
    await create(withAttributes({ '-lite.bind.topic': '' }));
    expect((await get()).body?.toString()).toContain('"attributes":{}');
    const wrong = await create(withAttributes({ '+priority.factor': '101' }));
    expect(wrong.code).toBe(ResponseCode.SYSTEM_ERROR);
  });

  it('refuses hostile names', async () => {
    const response = await create(GROUP_JSON.replace('GID_test', '../GID'));
    expect(response.code).toBe(ResponseCode.INVALID_PARAMETER);
  });

  it('makes a list of groups and lists groups by page', async () => {
    const list = `{"groupConfigList":[${GROUP_JSON},${GROUP_JSON.replace('GID_test', 'GID_b')}]}`;
    const update = processor.updateAndCreateSubscriptionGroupList;
    const updateCode = RequestCode.UPDATE_AND_CREATE_SUBSCRIPTIONGROUP_LIST;
    expect((await ask(update, connection, updateCode, {}, list)).code).toBe(ResponseCode.SUCCESS);

    const code = RequestCode.GET_ALL_SUBSCRIPTIONGROUP_CONFIG;
    const all = await ask(processor.getAllSubscriptionGroup, connection, code);
    const table = JSON.parse(all.body!.toString()).subscriptionGroupTable;
    expect(Object.keys(table)).toContain('GID_b');
    expect(table.GID_test).toEqual(JSON.parse(GROUP_JSON));
    const version = JSON.stringify(JSON.parse(all.body!.toString()).dataVersion);
    const pageFrom = async (groupSeq: string, dataVersion: string): Promise<string[]> => {
      const fields = { groupSeq, maxGroupNum: '2', dataVersion };
      const page = await ask(processor.getAllSubscriptionGroup, connection, code, fields);
      expect(page.extFields.get('totalGroupNum')).toBe(String(Object.keys(table).length));
      return Object.keys(JSON.parse(page.body!.toString()).subscriptionGroupTable);
    };
    expect(await pageFrom('1', version)).toEqual(Object.keys(table).slice(1, 3));
    // A caller whose pages are of an older table begins anew.
    expect(await pageFrom('1', '')).toEqual(Object.keys(table).slice(0, 2));
    expect(await pageFrom('1', 'garbage')).toEqual(Object.keys(table).slice(0, 2));
  });

  it('forbids a group to read a topic', async () => {
    const code = RequestCode.UPDATE_AND_GET_GROUP_FORBIDDEN;
    const forbid = async (readable?: string): Promise<string | undefined> => {
      const fields = { group: 'G', topic: 'T', ...(readable === undefined ? {} : { readable }) };
      const processorCall = processor.updateAndGetGroupForbidden;
      return (await ask(processorCall, connection, code, fields)).body?.toString();
    };
    expect(await forbid()).toBe('{"group":"G","readable":true,"topic":"T"}');
    expect(await forbid('false')).toBe('{"group":"G","readable":false,"topic":"T"}');
    expect(await forbid()).toBe('{"group":"G","readable":false,"topic":"T"}');
  });
});
