import { SilentLogger } from '@rocket-nest/common';
import { Limits } from '@rocket-nest/common/internal';
import { FakeConnection } from '../testing/fake-connection';
import { ManualClock } from '../testing/manual-clock';
import { GroupMemberships } from './group-memberships';

describe('GroupMemberships', () => {
  let clock: ManualClock;
  let limits: Limits;
  let removed: [group: string, connectionId: number][];
  let memberships: GroupMemberships;

  beforeEach(() => {
    clock = new ManualClock();
    limits = new Limits();
    removed = [];
    memberships = new GroupMemberships({
      clock,
      logger: new SilentLogger(),
      limits,
      kind: 'consumer',
      maxGroupsPerConnection: 2,
      limitName: 'maxGroups',
      removeMember: (group, connectionId) => removed.push([group, connectionId]),
    });
  });

  it('a connection that closes leaves all its groups, once', () => {
    memberships.join('G', 1);
    memberships.join('H', 1);
    memberships.join('G', 2);
    memberships.leaveAll(1);
    memberships.leaveAll(1);
    expect(removed).toEqual([
      ['G', 1],
      ['H', 1],
    ]);
    expect([memberships.has(1), memberships.has(2)]).toEqual([false, true]);
  });

  it('a connection is forgotten with its last group', () => {
    memberships.join('G', 1);
    memberships.join('H', 1);
    memberships.leave('G', 1);
    expect(memberships.has(1)).toBe(true);
    memberships.leave('H', 1);
    expect(memberships.has(1)).toBe(false);
  });

  it('a connection joins so many groups, and the same ones again', () => {
    expect(['G', 'H', 'I', 'G'].map((group) => memberships.join(group, 1))).toEqual([
      true,
      true,
      false,
      true,
    ]);
    expect(limits.all()).toMatchObject([{ name: 'maxGroups', hits: 1 }]);
    memberships.leave('G', 1);
    expect(memberships.join('I', 1)).toBe(true);
  });

  it('silent connections are closed and leave, group by group', () => {
    const [silent, alive] = [new FakeConnection(), new FakeConnection()];
    clock.advance(1000);
    const member = (connection: FakeConnection, lastUpdateMs: number) => ({
      connection,
      clientId: 'c',
      language: 0,
      version: 0,
      lastUpdateMs,
    });
    const nowMs = clock.monotonicNow();
    const groups = [
      ['G', [member(silent, nowMs - 1000), member(alive, nowMs)]],
      ['H', [member(alive, nowMs)]],
    ] as const;
    memberships.join('G', silent.id);
    expect([...memberships.closeSilent(groups, 1000)]).toHaveLength(2);
    expect(silent.closedBecause).toBe('no consumer heartbeat');
    expect(alive.isOpen).toBe(true);
    expect(removed).toEqual([['G', silent.id]]);
  });
});
