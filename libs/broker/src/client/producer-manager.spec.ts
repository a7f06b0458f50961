import { SilentLogger } from '@rocket-nest/common';
import { FakeConnection } from '../testing/fake-connection';
import { ManualClock } from '../testing/manual-clock';
import { ProducerManager } from './producer-manager';

describe('ProducerManager', () => {
  const clock = new ManualClock();
  let manager: ProducerManager;

  beforeEach(() => {
    manager = new ProducerManager({ clock, logger: new SilentLogger() });
  });

  function register(connection: FakeConnection, clientId: string, group = 'P'): boolean {
    const lastUpdateMs = clock.monotonicNow();
    return manager.registerProducer(group, {
      connection,
      clientId,
      language: 0,
      version: 513,
      lastUpdateMs,
    });
  }

  it('finds a producer by its client id until its last group is gone', () => {
    const connection = new FakeConnection();
    register(connection, 'p', 'P');
    register(connection, 'p', 'Q');
    manager.unregisterProducer('P', connection.id);
    expect(manager.findChannel('p')?.connection).toBe(connection);
    manager.unregisterProducer('Q', connection.id);
    expect(manager.findChannel('p')).toBeUndefined();
    expect([...manager.groupNames]).toEqual([]);
  });

  it('keeps the new connection of a client whose old one closes late', () => {
    const [before, after] = [new FakeConnection(), new FakeConnection()];
    register(before, 'p');
    register(after, 'p');
    manager.onConnectionClosed(before.id);
    expect(manager.findChannel('p')?.connection).toBe(after);
    expect(manager.channelsOf('P')).toHaveLength(1);
  });

  it('offers each open member in turn', () => {
    const closed = new FakeConnection();
    register(new FakeConnection(), 'a');
    register(closed, 'b');
    register(new FakeConnection(), 'c');
    closed.close('test');
    const offered = [1, 2, 3, 4].map(() => manager.availableChannel('P')?.clientId);
    expect(new Set(offered)).toEqual(new Set(['a', 'c']));
    expect(manager.availableChannel('nobody')).toBeUndefined();
  });

  it('closes and removes silent members', () => {
    const connection = new FakeConnection();
    register(connection, 'a');
    clock.advance(120_000);
    for (const _step of manager.scanNotActiveChannel(120_000));
    expect(connection.isOpen).toBe(false);
    expect(manager.channelsOf('P')).toEqual([]);
  });
});
