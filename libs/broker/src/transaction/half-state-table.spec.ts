import { SeededRandom } from '@rocket-nest/common';
import { HalfState, HalfStateTable } from './half-state-table';

describe('HalfStateTable', () => {
  it('calls everything open that was never set', () => {
    const table = new HalfStateTable(7);
    expect([table.start, table.get(7), table.get(10_000_000)]).toEqual([7, 0, 0]);
    expect([table.nextOpen(9, 20), table.firstUnended(20), table.nextOpen(20, 20)]).toEqual([
      9, 7, 20,
    ]);
  });

  it('passes over what has ended, and waits for what is ending', () => {
    const table = new HalfStateTable(0);
    for (let offset = 0; offset < 200_000; offset++) table.set(offset, HalfState.COMMITTED);
    table.set(70_001, HalfState.ENDING);
    table.set(140_002, HalfState.OPEN);
    expect(table.nextOpen(0, 300_000)).toBe(140_002);
    expect(table.firstUnended(300_000)).toBe(70_001);
    expect(table.nextOpen(140_003, 300_000)).toBe(200_000);
    expect(table.nextOpen(140_003, 150_000)).toBe(150_000);
  });

  it('forgets what lies below its start', () => {
    const table = new HalfStateTable(0);
    for (let offset = 0; offset < 140_000; offset++) table.set(offset, HalfState.CLOSED);
    table.moveStart(131_073);
    expect(table.get(131_073)).toBe(HalfState.CLOSED);
    expect(table.firstUnended(200_000)).toBe(140_000);
    table.set(5, HalfState.OPEN);
    expect(table.nextOpen(0, 200_000)).toBe(140_000);
    expect(() => table.get(131_072)).toThrow();
  });

  it('does what a plain map does', () => {
    const random = new SeededRandom(7);
    const table = new HalfStateTable(65_000);
    const model = new Map<number, HalfState>();
    const end = 67_000;
    const first = (from: number, isWanted: (state: HalfState) => boolean): number => {
      for (let offset = Math.max(from, table.start); offset < end; offset++) {
        if (isWanted(model.get(offset) ?? HalfState.OPEN)) return offset;
      }
      return end;
    };
    for (let step = 0; step < 20_000; step++) {
      const offset = table.start + random.nextInt(end - table.start);
      const state = (random.nextInt(8) === 0 ? 0 : 1 + random.nextInt(3)) as HalfState;
      table.set(offset, state);
      model.set(offset, state);
      if (step % 50 !== 0) continue;
      expect(table.get(offset)).toBe(state);
      expect(table.nextOpen(offset, end)).toBe(first(offset, (found) => found === 0));
      expect(table.firstUnended(end)).toBe(first(0, (found) => found <= 1));
      if (step % 5000 === 0 && offset < 66_000) table.moveStart(offset);
    }
  });
});
