import { DefaultMQProducer, type SessionCredentials } from '@rocket-nest/client';
import { createMessage } from '@rocket-nest/common';
import { waitFor } from '../../support/polling';
import { bodyOf, type ContractKit } from './contract-kit';

/** Signed requests on a broker that checks them; the kit's own clients are a super user's. */
export function describeAccessControl(kit: ContractKit): void {
  const as = (credentials: SessionCredentials | undefined): Promise<DefaultMQProducer> => {
    const { credentials: _own, ...common } = kit.common();
    const options = {
      ...common,
      ...(credentials && { credentials }),
      producerGroup: kit.fresh('user'),
      retryTimesWhenSendFailed: 0,
    };
    return kit.startMember(new DefaultMQProducer(options, { logger: kit.logger }));
  };
  const refused = { cause: { code: 'NO_PERMISSION' } };

  it('lets in who signs rightly', async () => {
    const topic = await kit.newTopic();
    const { received } = await kit.collect(topic);
    await kit.send(topic, 'signed', { keys: 'k' });
    await kit.producer.sendBatch(['b1', 'b2'].map((body) => createMessage({ topic, body })));
    await waitFor('the messages', () => received.length === 3);
    expect(received.map(bodyOf).sort()).toEqual(['b1', 'b2', 'signed']);
  });

  it('signs a security token too, and what finds a message', async () => {
    const topic = await kit.newTopic();
    const producer = await as({
      accessKey: 'rocketmq',
      secretKey: '12345678',
      securityToken: 'token-1',
    });
    const { msgId, offsetMsgId } = await producer.send(createMessage({ topic, body: 'x' }));
    expect(bodyOf(await kit.admin.viewMessage(topic, offsetMsgId))).toBe('x');
    await waitFor('its index entry', () =>
      kit.admin.viewMessage(topic, msgId).then(
        (message) => message.offsetMsgId === offsetMsgId,
        () => false,
      ),
    );
  });

  it('refuses a wrong secret, an unknown key, and no signature', async () => {
    const topic = await kit.newTopic();
    const message = createMessage({ topic, body: 'x' });
    for (const credentials of [
      { accessKey: 'rocketmq', secretKey: 'wrong' },
      { accessKey: 'nobody', secretKey: '12345678' },
      undefined,
    ]) {
      await expect((await as(credentials)).send(message)).rejects.toMatchObject(refused);
    }
  });

  it('lets a user do what the rules allow, and no more', async () => {
    const [allowed, other] = [await kit.newTopic(), await kit.newTopic()];
    const accessKey = kit.fresh('user');
    const secretKey = 'secret-of-user';
    await kit.admin.access.createUser(accessKey, secretKey);
    await kit.admin.access.createAcl(accessKey, [
      { resource: `Topic:${allowed}`, actions: ['Pub'] },
    ]);
    const producer = await as({ accessKey, secretKey });
    await waitFor('the rules', () =>
      producer.send(createMessage({ topic: allowed, body: 'x' })).then(
        () => true,
        () => false,
      ),
    );
    await expect(producer.send(createMessage({ topic: other, body: 'x' }))).rejects.toMatchObject(
      refused,
    );
  });

  it('lists, changes and deletes users and rules', async () => {
    const { access } = kit.admin;
    const username = kit.fresh('user');
    await access.createUser(username, 'secret-of-user');
    const typeOf = async () => (await access.users()).get(username)?.userType;
    expect(await typeOf()).toBe('Normal');
    await access.updateUser(username, { userType: 'Super' });
    expect(await typeOf()).toBe('Super');

    const rulesOf = async () =>
      ((await access.acls()).get(`User:${username}`)?.policies ?? [])
        .flatMap(({ entries = [] }) => entries)
        .map(({ resource, actions, decision }) => `${decision} ${actions} ${resource}`)
        .sort();
    await access.createAcl(username, [{ resource: 'Topic:A', actions: ['Pub'] }]);
    expect(await rulesOf()).toEqual(['Allow Pub Topic:A']);
    await access.updateAcl(username, [
      { resource: 'Topic:A', actions: ['Sub'], decision: 'Deny' },
      { resource: 'Group:B', actions: ['Sub'] },
    ]);
    expect(await rulesOf()).toEqual(['Allow Sub Group:B', 'Deny Sub Topic:A']);
    await access.deleteAcl(username, 'Topic:A');
    expect(await rulesOf()).toEqual(['Allow Sub Group:B']);

    await access.deleteUser(username);
    expect((await access.users()).has(username)).toBe(false);
    expect(await rulesOf()).toEqual([]);
    await expect(access.updateUser('nobody', { userType: 'Super' })).rejects.toMatchObject({
      code: expect.any(String),
    });
  });
}
