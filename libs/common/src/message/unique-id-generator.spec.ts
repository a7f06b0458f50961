import { SeededRandom } from '../runtime/seeded-random';
import { UniqueIdGenerator, timeOfUniqueId } from './unique-id-generator';

/** Local time, as ids count from the start of the local month. */
const at = (month: number, day: number, ms = 0): number =>
  new Date(2024, month - 1, day, 10, 0, 0, ms).getTime();

class SetClock {
  constructor(public nowMs: number) {}
  wallNow(): number {
    return this.nowMs;
  }
}

/** 32 bits as the generator's own number, so that a whole id can be compared. */
const fixed = (value: number) => ({ nextInt: () => value });

describe('UniqueIdGenerator', () => {
  it('lays out address, process, own number, time and counter', () => {
    const clock = new SetClock(new Date(2024, 0, 1, 0, 0, 0, 1).getTime());
    const options = { ip: '10.0.0.9', processId: 0 };
    const generator = new UniqueIdGenerator(options, clock, fixed(0x18b4aac2));
    for (let i = 0; i < 7; i++) generator.next();
    expect(generator.next()).toBe('0A000009000018B4AAC2000000010007');
  });

  it('keeps 16 bits of the process id, and 16 address bytes of IPv6', () => {
    const options = { ip: 'fd00::2', processId: 0x12b70 };
    const id = new UniqueIdGenerator(options, new SetClock(at(1, 1)), fixed(1)).next();
    expect(id).toHaveLength(56);
    expect(id.slice(0, 36)).toBe('FD0000000000000000000000000000022B70');
  });

  it('never repeats within a counter round, also when the clock stands', () => {
    const clock = new SetClock(at(5, 5));
    const generator = new UniqueIdGenerator({ ip: '1.2.3.4' }, clock, new SeededRandom(1));
    const ids = new Set(Array.from({ length: 65_536 }, () => generator.next()));
    expect(ids.size).toBe(65_536);
    expect(new Set([...ids].map((id) => id.length))).toEqual(new Set([32]));
  });

  it('starts the time again each month and when the clock goes back', () => {
    const clock = new SetClock(at(1, 31));
    const generator = new UniqueIdGenerator({ ip: '1.2.3.4' }, clock, new SeededRandom(1));
    for (const nowMs of [at(1, 31), at(2, 1), at(3, 31), at(1, 1)]) {
      clock.nowMs = nowMs;
      expect(timeOfUniqueId(generator.next(), nowMs)).toBe(nowMs);
    }
  });

  it('tells when an id was made, also in the month before', () => {
    const madeMs = at(1, 31, 123);
    const generator = new UniqueIdGenerator({ ip: '::1' }, new SetClock(madeMs), fixed(9));
    expect(timeOfUniqueId(generator.next(), at(2, 15))).toBe(madeMs);
    expect(timeOfUniqueId('not an id', at(2, 15))).toBeUndefined();
  });
});
