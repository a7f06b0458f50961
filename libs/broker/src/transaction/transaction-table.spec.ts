import { HalfState } from './half-state-table';
import { TransactionTable } from './transaction-table';

const { OPEN, ENDING, COMMITTED, CLOSED } = HalfState;

describe('TransactionTable', () => {
  it('knows a transaction by every record of it', () => {
    const table = new TransactionTable(0);
    table.putBack(0, 0, 5);
    table.putBack(5, 0, 9);
    for (const link of [0, 5, 9]) {
      expect(table.currentOf(link, 0)).toBe(9);
      expect(table.stateOf(link, 0)).toBe(OPEN);
    }
    expect(table.halves.firstUnended(10)).toBe(1);
    expect(table.end(5, 0, COMMITTED)).toBe(9);
    for (const link of [5, 9]) expect(table.stateOf(link, 0)).toBe(COMMITTED);
    expect(table.putBackCount).toBe(0);
  });

  it('ends the record that a transaction is written again to while it ends', () => {
    const table = new TransactionTable(0);
    table.beginEnd(0, 0);
    expect(table.putBack(0, 0, 5)).toBe(ENDING);
    expect(table.stateOf(0, 0)).toBe(ENDING);
    expect(table.end(0, 0, COMMITTED)).toBe(5);
    expect([table.halves.get(0), table.halves.get(5)]).toEqual([COMMITTED, COMMITTED]);
  });

  it('takes an end back where the transaction is now', () => {
    const table = new TransactionTable(0);
    table.beginEnd(0, 0);
    table.putBack(0, 0, 5);
    table.cancelEnd(0, 0);
    expect([table.halves.get(0), table.halves.get(5)]).toEqual([CLOSED, OPEN]);
  });

  it('closes the record of a transaction that ended before it was written again', () => {
    const table = new TransactionTable(0);
    table.end(0, 0, COMMITTED);
    expect(table.putBack(0, 0, 5)).toBe(COMMITTED);
    expect(table.halves.get(5)).toBe(COMMITTED);
    table.halves.moveStart(3);
    expect(table.putBack(1, 1, 6)).toBe(CLOSED);
    expect(table.putBackCount).toBe(0);
  });

  it('calls ended what lies below its start and was not written again', () => {
    const table = new TransactionTable(10);
    table.putBack(11, 3, 15);
    expect(table.stateOf(3, 3)).toBe(OPEN);
    expect(table.stateOf(4, 4)).toBe(CLOSED);
    expect(table.stateOf(12, 4)).toBe(CLOSED);
    expect(table.currentOf(4, 4)).toBeUndefined();
  });

  describe('while the half queue is read', () => {
    it('takes the newest record of each transaction for the current one', () => {
      const table = new TransactionTable(0);
      expect([table.noteLink(4, 1), table.noteLink(7, 1)]).toEqual([true, true]);
      expect([1, 4, 7].map((link) => table.halves.get(link))).toEqual([CLOSED, CLOSED, OPEN]);
      expect(table.stateOf(1, 1)).toBe(OPEN);
    });

    it('follows an op message wherever it names the transaction', () => {
      const named = new TransactionTable(0);
      named.halves.set(7, CLOSED);
      expect([named.noteLink(4, 1), named.noteLink(7, 1)]).toEqual([true, true]);
      expect([1, 4, 7].map((link) => named.stateOf(link, 1))).toEqual([CLOSED, CLOSED, CLOSED]);

      const namedFirst = new TransactionTable(0);
      namedFirst.halves.set(1, CLOSED);
      expect([namedFirst.noteLink(4, 1), namedFirst.noteLink(7, 1)]).toEqual([false, false]);
      expect(namedFirst.halves.nextOpen(2, 10)).toBe(2);
      expect([4, 7].map((link) => namedFirst.halves.get(link))).toEqual([CLOSED, CLOSED]);
    });
  });
});
