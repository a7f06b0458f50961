import { SystemClock } from '@rocket-nest/common';
import { SendGate } from './send-gate';

const clock = new SystemClock();
const never = Number.MAX_SAFE_INTEGER;

describe('SendGate', () => {
  const gateOf = (limits: object): SendGate =>
    new SendGate(
      { maxInFlightSends: 10, maxInFlightBytes: 100, maxWaitingSends: 10, ...limits },
      clock,
    );

  it('lets sends wait while too many bytes are under way, first come first served', async () => {
    const gate = gateOf({});
    expect(gate.enter(60, never, undefined)).toBeUndefined();
    expect(gate.enter(40, never, undefined)).toBeUndefined();
    const order: string[] = [];
    const big = gate.enter(70, never, undefined)!.then(() => order.push('big'));
    const small = gate.enter(1, never, undefined)!.then(() => order.push('small'));
    gate.leave(40);
    expect([gate.inFlight, gate.waiting]).toEqual([1, 2]);
    gate.leave(60);
    await Promise.all([big, small]);
    expect(order).toEqual(['big', 'small']);
    expect([gate.inFlight, gate.waiting]).toEqual([2, 0]);
    gate.leave(70);
    gate.leave(1);
  });

  it('lets a message that is larger than all go alone', async () => {
    const gate = gateOf({});
    expect(gate.enter(500, never, undefined)).toBeUndefined();
    const next = gate.enter(1, never, undefined);
    expect(gate.waiting).toBe(1);
    gate.leave(500);
    await next;
    expect(gate.inFlight).toBe(1);
    gate.leave(1);
  });

  it('lets go of those whose time is over or whose signal fired while they wait', async () => {
    const gate = gateOf({ maxInFlightSends: 1 });
    expect(gate.enter(1, never, undefined)).toBeUndefined();
    const controller = new AbortController();
    const late = gate.enter(1, clock.monotonicNow(), undefined);
    const given = gate.enter(1, never, controller.signal);
    const patient = gate.enter(1, never, undefined);
    controller.abort();
    await expect(late).rejects.toMatchObject({ code: 'SEND_TIMEOUT' });
    await expect(given).rejects.toMatchObject({ code: 'ABORTED' });
    expect(gate.waiting).toBe(1);
    gate.leave(1);
    await patient;
    gate.leave(1);
  });

  it('refuses when too many wait', async () => {
    const gate = gateOf({ maxInFlightSends: 1, maxWaitingSends: 1 });
    expect(gate.enter(1, never, undefined)).toBeUndefined();
    const waiting = gate.enter(1, never, undefined);
    await expect(gate.enter(1, never, undefined)).rejects.toMatchObject({ code: 'PRODUCER_BUSY' });
    gate.leave(1);
    await waiting;
    gate.leave(1);
  });
});
