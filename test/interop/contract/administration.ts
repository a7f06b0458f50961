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
}
