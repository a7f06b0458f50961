import { ipToBytes } from '../bytes/host-address';
import { startOfLocalMonth } from '../runtime/calendar';
import type { Clock } from '../runtime/clock';
import type { Random } from '../runtime/random';

/*
 * A unique key, as upper-case hex:
 *
 *    0  4  address of this host (16 when it is IPv6)
 *    4  2  process id, low 16 bits
 *    6  4  a number of this generator's own
 *   10  4  milliseconds since the start of the month (local time), unsigned
 *   14  2  counter
 */

const HEX_PER_BYTE = 2;
const COUNTER_MASK = 0xffff;

/** What the ids of one generator share. */
export interface UniqueIdOptions {
  /** Numeric address of this host. */
  readonly ip: string;
  /** Default: this process's. */
  readonly processId?: number;
}

/** Makes the UNIQ_KEY of messages: unique among hosts, processes and generators. */
export class UniqueIdGenerator {
  private readonly prefix: string;
  private counter = 0;
  private monthStartMs = 0;
  private nextMonthStartMs = 0;

  constructor(
    options: UniqueIdOptions,
    private readonly clock: Pick<Clock, 'wallNow'>,
    random: Random,
  ) {
    const ip = ipToBytes(options.ip);
    const prefix = Buffer.alloc(ip.length + 6);
    ip.copy(prefix);
    prefix.writeUInt16BE((options.processId ?? process.pid) & 0xffff, ip.length);
    prefix.writeUInt32BE(random.nextInt(0x1_0000_0000), ip.length + 2);
    this.prefix = prefix.toString('hex').toUpperCase();
  }

  /** 32 characters, 56 when the host's address is IPv6. */
  next(): string {
    const nowMs = this.clock.wallNow();
    if (nowMs >= this.nextMonthStartMs || nowMs < this.monthStartMs) this.enterMonthOf(nowMs);
    const sinceMs = Math.floor(nowMs - this.monthStartMs);
    const counter = this.counter;
    this.counter = (counter + 1) & COUNTER_MASK;
    return this.prefix + hex(sinceMs, 4) + hex(counter, 2);
  }

  private enterMonthOf(nowMs: number): void {
    this.monthStartMs = startOfLocalMonth(nowMs);
    this.nextMonthStartMs = startOfLocalMonth(nowMs, 1);
  }
}

/**
 * About when the id was made, in milliseconds since the epoch: the last time before `nowMs` that
 * fits. Undefined when `id` has not the form of a generated id.
 */
export function timeOfUniqueId(id: string, nowMs: number): number | undefined {
  if (!/^(?:[0-9A-F]{32}|[0-9A-F]{56})$/i.test(id)) return undefined;
  const timeEnd = id.length - 2 * HEX_PER_BYTE;
  const sinceMs = parseInt(id.slice(timeEnd - 4 * HEX_PER_BYTE, timeEnd), 16);
  const thisMonth = startOfLocalMonth(nowMs) + sinceMs;
  return thisMonth <= nowMs ? thisMonth : startOfLocalMonth(nowMs, -1) + sinceMs;
}

function hex(value: number, bytes: number): string {
  return value
    .toString(16)
    .toUpperCase()
    .padStart(bytes * HEX_PER_BYTE, '0');
}
