import { SystemTopic, decodeProperties } from '@rocket-nest/common';
import { RequestCode, ResponseCode } from '@rocket-nest/remoting';
import type { RemotingCommand } from '@rocket-nest/remoting';
import type { MessageExtBrokerInner } from '@rocket-nest/store';
import { PutMessageStatus } from '@rocket-nest/store';
import { ask, createFakeBroker } from '../testing/fake-broker';
import type { FakeBroker } from '../testing/fake-broker';
import { FakeConnection } from '../testing/fake-connection';
import { storedMessage } from '../testing/stored-messages';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { SendMessageBackProcessor } from './send-message-back-processor';

describe('SendMessageBackProcessor', () => {
  const folder = createTemporaryFolder();
  const connection = new FakeConnection();
  let broker: FakeBroker;
  let processor: SendMessageBackProcessor;

  afterAll(() => folder.remove());

  beforeEach(() => {
    broker = createFakeBroker(folder.path);
    processor = new SendMessageBackProcessor(broker);
  });

  afterEach(async () => {
    await broker.topicConfigManager.shutdown();
    await broker.subscriptionGroupManager.shutdown();
  });

  const sendBack = (fields: Readonly<Record<string, string>> = {}): Promise<RemotingCommand> =>
    ask(processor.consumerSendMsgBack, connection, RequestCode.CONSUMER_SEND_MSG_BACK, {
      group: 'GID_test',
      offset: '0',
      delayLevel: '0',
      originTopic: 'TopicTest',
      unitMode: 'false',
      ...fields,
    });

  const scheduled = (level: number): MessageExtBrokerInner | undefined =>
    broker.memoryStore.messagesOf(SystemTopic.SCHEDULE_TOPIC, level - 1).at(-1);

  it('stores a copy for the retry topic, delayed by level 3 after the first failure', async () => {
    const properties = { UNIQ_KEY: 'U', TAGS: 'A' };
    const flags = { flag: 5, sysFlag: 8, bornTimestamp: 42 };
    broker.memoryStore.store(storedMessage('TopicTest', 'body', properties, flags));
    expect((await sendBack()).code).toBe(ResponseCode.SUCCESS);
    const copy = scheduled(3)!;
    expect(copy).toMatchObject({ flag: 5, sysFlag: 8, bornTimestamp: 42, reconsumeTimes: 1 });
    expect(copy.body.toString()).toBe('body');
    expect(Object.fromEntries(decodeProperties(copy.propertiesText))).toEqual({
      UNIQ_KEY: 'U',
      TAGS: 'A',
      RETRY_TOPIC: 'TopicTest',
      ORIGIN_MESSAGE_ID: '00000000000000000000000000000000',
      WAIT: 'false',
      DELAY: '3',
      REAL_TOPIC: '%RETRY%GID_test',
      REAL_QID: '0',
    });
    expect(broker.topicConfigManager.selectTopicConfig('%RETRY%GID_test')).toBeDefined();
  });

  it('waits longer with every failure and keeps where the message came from', async () => {
    const properties = { RETRY_TOPIC: 'TopicTest', ORIGIN_MESSAGE_ID: 'FIRST' };
    const init = { reconsumeTimes: 4 };
    broker.memoryStore.store(storedMessage('%RETRY%GID_test', 'body', properties, init));
    await sendBack();
    const kept = decodeProperties(scheduled(7)!.propertiesText);
    expect(kept.get('RETRY_TOPIC')).toBe('TopicTest');
    expect(kept.get('ORIGIN_MESSAGE_ID')).toBe('FIRST');
    expect(scheduled(7)!.reconsumeTimes).toBe(5);
  });

  it('takes the delay level that the consumer asks for', async () => {
    broker.memoryStore.store(storedMessage('TopicTest', 'body'));
    await sendBack({ delayLevel: '99' });
    expect(scheduled(18)).toBeDefined();
  });

  it.each([
    ['the consumer gives it up', { delayLevel: '-1' }, 0],
    ['its retries are used up', {}, 16],
    ['the consumer allows fewer retries', { maxReconsumeTimes: '2' }, 2],
  ])('moves a message to the dead letter topic when %s', async (_why, fields, reconsumeTimes) => {
    broker.memoryStore.store(storedMessage('TopicTest', 'dead', {}, { reconsumeTimes }));
    expect((await sendBack(fields)).code).toBe(ResponseCode.SUCCESS);
    expect(broker.memoryStore.bodiesOf('%DLQ%GID_test')).toEqual(['dead']);
    expect(broker.topicConfigManager.selectTopicConfig('%DLQ%GID_test')?.perm).toBe(6);
    expect(broker.counters.messagesToDlq).toBe(1);
  });

  it('refuses what it cannot read, groups that may not be made, and what the store refuses', async () => {
    expect((await sendBack({ offset: '123' })).code).toBe(ResponseCode.SYSTEM_ERROR);
    expect((await sendBack({ group: 'no spaces' })).code).toBe(
      ResponseCode.SUBSCRIPTION_GROUP_NOT_EXIST,
    );
    broker.memoryStore.store(storedMessage('TopicTest', 'body'));
    broker.memoryStore.statusOf = () => PutMessageStatus.SERVICE_NOT_AVAILABLE;
    const response = await sendBack();
    expect(response.code).toBe(ResponseCode.SYSTEM_ERROR);
    expect(response.remark).toBeTruthy();
  });

  it('drops the message of a group without retry queues', async () => {
    const config = broker.subscriptionGroupManager.findSubscriptionGroupConfig('GID_test')!;
    config.retryQueueNums = 0;
    broker.memoryStore.store(storedMessage('TopicTest', 'body'));
    expect((await sendBack()).code).toBe(ResponseCode.SUCCESS);
    expect(scheduled(3)).toBeUndefined();
  });
});
