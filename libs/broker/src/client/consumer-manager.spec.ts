import { SilentLogger } from '@rocket-nest/common';
import type { SubscriptionData } from '@rocket-nest/remoting';
import { FakeConnection } from '../testing/fake-connection';
import { ManualClock } from '../testing/manual-clock';
import { ConsumerManager } from './consumer-manager';
import type { RegisterConsumerStatus } from './consumer-manager';
import type { ConsumerGroupProfile } from './consumer-group-info';

const CLUSTERING: ConsumerGroupProfile = {
  consumeType: 'CONSUME_PASSIVELY',
  messageModel: 'CLUSTERING',
  consumeFromWhere: 'CONSUME_FROM_LAST_OFFSET',
};

const subscription = (topic: string, subVersion = 1): SubscriptionData => ({
  topic,
  subString: '*',
  subVersion,
  classFilterMode: false,
  expressionType: 'TAG',
  codeSet: [],
  tagsSet: [],
});

describe('ConsumerManager', () => {
  let clock: ManualClock;
  let notices: { group: string; clientIds: string[] }[];
  let silentGroups: Set<string>;
  let manager: ConsumerManager;

  beforeEach(() => {
    clock = new ManualClock();
    notices = [];
    silentGroups = new Set();
    manager = new ConsumerManager({
      clock,
      logger: new SilentLogger(),
      isNotifyEnabled: (group) => !silentGroups.has(group),
      onConsumerIdsChanged: (group, channels) =>
        notices.push({ group, clientIds: Array.from(channels, (channel) => channel.clientId) }),
    });
  });

  function register(
    connection: FakeConnection,
    clientId: string,
    topics: readonly string[] = ['T'],
    group = 'G',
    profile = CLUSTERING,
  ): RegisterConsumerStatus {
    const channel = {
      connection,
      clientId,
      language: 0,
      version: 513,
      lastUpdateMs: clock.monotonicNow(),
    };
    const subscriptions = topics.map((topic) => subscription(topic));
    return manager.registerConsumer({ group, channel, profile, subscriptions });
  }

  it('tells all members once of everything that changed in one moment', () => {
    register(new FakeConnection(), 'a');
    register(new FakeConnection(), 'b');
    clock.advance(0);
    expect(notices).toEqual([{ group: 'G', clientIds: ['a', 'b'] }]);
  });

  it('tells nobody of a heartbeat that brings nothing new', () => {
    const connection = new FakeConnection();
    register(connection, 'a');
    clock.advance(0);
    expect(register(connection, 'a')).toBe('UNCHANGED');
    clock.advance(0);
    expect(notices).toHaveLength(1);
  });

  it('takes the group’s topics from the last heartbeat', () => {
    const connection = new FakeConnection();
    register(connection, 'a', ['T', 'U']);
    expect(register(connection, 'a', ['U', 'V'])).toBe('CHANGED');
    expect(manager.findSubscriptionData('G', 'T')).toBeUndefined();
    expect(manager.findSubscriptionData('G', 'V')?.topic).toBe('V');
    expect(manager.queryTopicConsumeByWho('U')).toEqual(['G']);
  });

  it('keeps the newer version of a subscription', () => {
    const connection = new FakeConnection();
    const channel = { connection, clientId: 'a', language: 0, version: 513, lastUpdateMs: 0 };
    for (const version of [2, 1]) {
      const subscriptions = [subscription('T', version)];
      manager.registerConsumer({ group: 'G', channel, profile: CLUSTERING, subscriptions });
    }
    expect(manager.findSubscriptionData('G', 'T')?.subVersion).toBe(2);
  });

  it('removes a closed connection from all its groups at once and tells the others', () => {
    const gone = new FakeConnection();
    register(gone, 'a', ['T'], 'G');
    register(gone, 'a', ['T'], 'H');
    register(new FakeConnection(), 'b', ['T'], 'G');
    clock.advance(0);
    notices = [];
    manager.onConnectionClosed(gone.id);
    clock.advance(0);
    expect(notices).toEqual([{ group: 'G', clientIds: ['b'] }]);
    expect(manager.getConsumerGroupInfo('H')).toBeUndefined();
    expect(manager.isMember('G', gone.id)).toBe(false);
  });

  it('notifies neither broadcasting groups nor those that do not want it', () => {
    silentGroups.add('G');
    register(new FakeConnection(), 'a', ['T'], 'G');
    register(new FakeConnection(), 'b', ['T'], 'B', {
      ...CLUSTERING,
      messageModel: 'BROADCASTING',
    });
    clock.advance(0);
    expect(notices).toEqual([]);
  });

  it('closes and removes a member that sent no heartbeat for the time given', () => {
    const silent = new FakeConnection();
    const alive = new FakeConnection();
    register(silent, 'a');
    register(alive, 'b');
    clock.advance(100_000);
    register(alive, 'b');
    clock.advance(20_000);
    for (const _step of manager.scanNotActiveChannel(120_000));
    expect(silent.isOpen).toBe(false);
    expect(alive.isOpen).toBe(true);
    expect(manager.getConsumerGroupInfo('G')?.allClientIds()).toEqual(['b']);
  });

  it('refuses a connection that wants to be in too many groups', () => {
    const connection = new FakeConnection();
    for (let i = 0; i < 4096; i++) expect(register(connection, 'a', [], `G${i}`)).toBe('CHANGED');
    expect(register(connection, 'a', [], 'one-too-many')).toBe('REFUSED');
    expect(manager.getConsumerGroupInfo('one-too-many')).toBeUndefined();
  });
});
