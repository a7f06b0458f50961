import { type SendResult } from '@rocket-nest/client';
import { waitFor } from '../../support/polling';
import { bodyOf, type ContractKit } from './contract-kit';

/** The admin client. */
export function describeAdministration(kit: ContractKit): void {
  it('finds offsets and messages', async () => {
    const topic = await kit.newTopic(1);
    const results: SendResult[] = [];
    for (const keys of ['k0', 'k1', 'k1']) results.push(await kit.send(topic, keys, { keys }));
    const [queue] = await kit.admin.fetchSubscribeMessageQueues(topic);
    await waitFor('the queue', async () => (await kit.admin.maxOffset(queue)) === 3);
    expect(await kit.admin.minOffset(queue)).toBe(0);
    expect(await kit.admin.searchOffset(queue, 0)).toBe(0);
    expect(await kit.admin.searchOffset(queue, Date.now() + 60_000)).toBe(3);
    await waitFor('the index', async () => {
      return (await kit.admin.queryMessages({ topic, key: 'k1' })).length === 2;
    });
    const byUniqueKey = await kit.admin.viewMessage(topic, results[0].msgId);
    const byPlace = await kit.admin.viewMessage(topic, results[0].offsetMsgId);
    expect([bodyOf(byUniqueKey), bodyOf(byPlace)]).toEqual(['k0', 'k0']);
    await expect(kit.admin.viewMessage(topic, 'no such id')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  it('lists and deletes topics and groups', async () => {
    const topic = await kit.newTopic(2);
    const group = kit.fresh('made');
    await kit.admin.groups.create(group, { retryMaxTimes: 3 });
    expect(await kit.admin.fetchAllTopicList()).toContain(topic);
    expect((await kit.admin.groups.list()).get(group)).toMatchObject({ retryMaxTimes: 3 });
    await kit.send(topic, 'x');
    await waitFor('the message', async () => {
      const { offsetTable } = await kit.admin.topicStats(topic);
      return offsetTable.reduce((sum, [, { maxOffset }]) => sum + maxOffset, 0) === 1;
    });
    await kit.admin.groups.delete(group, { cleanOffset: true });
    expect((await kit.admin.groups.list()).has(group)).toBe(false);
    await kit.admin.deleteTopic(topic);
    await waitFor('the end of the route', async () => !(await kit.admin.topicRoute(topic)));
  });

  it('shows live members, what they do, and how far they are', async () => {
    const topic = await kit.newTopic(1);
    const { consumer, received } = await kit.collect(topic);
    const { consumerGroup } = consumer;
    const sent = await kit.send(topic, 'x');
    await waitFor('the message', () => received.length === 1);
    const connection = await kit.admin.groups.connection(consumerGroup);
    expect(connection).toMatchObject({ consumeType: 'CONSUME_PASSIVELY' });
    const [client] = connection!.connectionSet;
    const info = await kit.admin.groups.runningInfo(consumerGroup, client.clientId!);
    expect(info.subscriptionSet.map((subscription) => subscription.topic)).toContain(topic);
    expect(info.statusTable.get(topic)!.consumeOKTPS).toBeGreaterThan(0);
    expect(info.statusTable.get(topic)).toMatchObject({ consumeFailedMsgs: 0 });
    await waitFor('the stored offset', async () => {
      const { offsetTable } = await kit.admin.groups.consumeStats(consumerGroup, topic);
      return offsetTable[0]?.[1].consumerOffset === 1;
    });
    const result = await kit.admin.groups.consumeMessageDirectly(
      consumerGroup,
      client.clientId!,
      topic,
      sent.offsetMsgId,
    );
    expect(result).toMatchObject({ consumeResult: 'CR_SUCCESS', order: false });
    expect(received.map(bodyOf)).toEqual(['x', 'x']);
    expect(await kit.admin.groups.connection(kit.fresh('nobody'))).toBeUndefined();
  });

  it('resets offsets of live and of offline groups', async () => {
    const topic = await kit.newTopic(1);
    const { consumer, received } = await kit.collect(topic);
    const { consumerGroup } = consumer;
    for (const body of ['a', 'b']) await kit.send(topic, body);
    await waitFor('two messages', () => received.length === 2);
    const [[queue, offset]] = await kit.admin.groups.resetOffsetByTimestamp(
      consumerGroup,
      topic,
      0,
    );
    expect([queue.topic, offset]).toEqual([topic, 0]);
    // A broker of 5.5.0 holds pulls that wait all the same.
    await kit.send(topic, 'c');
    await waitFor('them again', () => received.length >= 5);
    expect(received.map(bodyOf).filter((body) => body === 'a')).toHaveLength(2);
    await consumer.shutdown();
    await waitFor('nobody', async () => !(await kit.admin.groups.connection(consumerGroup)));
    await kit.admin.groups.resetOffsetByTimestamp(consumerGroup, topic, 0);
    expect(await kit.admin.consumerOffset(consumerGroup, queue)).toBe(0);
    await kit.admin.groups.resetOffsetByTimestamp(consumerGroup, topic, -1);
    expect(await kit.admin.consumerOffset(consumerGroup, queue)).toBe(3);
  });
}
