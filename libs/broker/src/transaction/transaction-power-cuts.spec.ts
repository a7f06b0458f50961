import { AdvanceableClock, SeededRandom } from '@rocket-nest/common';
import type { Timer } from '@rocket-nest/common';
import { SimulatedFileSystem } from '@rocket-nest/store/internal';
import { COMMIT, ROLLBACK, TransactionKit, until } from '../testing/transaction-kit';
import type { SentHalf } from '../testing/transaction-kit';
import { readHalfMessage } from './half-message';

const HALF = 'RMQ_SYS_TRANS_HALF_TOPIC';
const RUNS = Number(process.env.POWER_CUT_RUNS ?? 25);
const CUTS = 4;
const MAX_STEPS = 12;

const settings = {
  flushIntervalCommitLog: '5',
  flushConsumerOffsetInterval: '5',
  transactionOpBatchInterval: '5',
  transactionCheckMax: '1000',
};

/** Stops with the machine that it belongs to. */
class MachineClock extends AdvanceableClock {
  private readonly timers: Timer[] = [];
  private isOff = false;

  constructor(wallMs = 0) {
    super();
    this.advance(Math.max(0, wallMs - this.wallNow()));
  }

  turnOff(): void {
    this.isOff = true;
    for (const timer of this.timers) timer.cancel();
  }

  override atWall(atWallMs: number, task: () => void): Timer {
    return this.keep(super.atWall(atWallMs, this.unlessOff(task)));
  }

  override after(delayMs: number, task: () => void): Timer {
    return this.keep(super.after(delayMs, this.unlessOff(task)));
  }

  override every(intervalMs: number, task: () => void): Timer {
    return this.keep(super.every(intervalMs, this.unlessOff(task)));
  }

  private keep(timer: Timer): Timer {
    this.timers.push(timer);
    return timer;
  }

  private unlessOff(task: () => void): () => void {
    return () => {
      if (!this.isOff) task();
    };
  }
}

/** The power goes while an answer is on its way. */
const ignore = (): void => undefined;

/** A broker on a disk whose power is cut again and again, and what its producer knows. */
class PowerCutRun {
  private readonly random: SeededRandom;
  private readonly decisions = new Map<string, number>();
  /** Half messages and ends that were acknowledged. */
  private readonly sent = new Set<string>();
  private readonly ended = new Set<string>();
  private disk = new SimulatedFileSystem();
  private clock = new MachineClock();
  private kit: TransactionKit | undefined;

  constructor(
    seed: number,
    private readonly flushDiskType: 'SYNC_FLUSH' | 'ASYNC_FLUSH',
  ) {
    this.random = new SeededRandom(seed);
  }

  async run(): Promise<void> {
    for (let cut = 0; cut < CUTS; cut++) {
      await this.start();
      await this.work();
      await this.cutPower();
    }
    await this.start();
    await this.settle();
  }

  async stop(): Promise<void> {
    await this.kit?.stop();
  }

  /** Committed messages that must be there and are not. */
  async missing(): Promise<string[]> {
    const bodies = await this.current.bodies();
    const promised = this.flushDiskType === 'SYNC_FLUSH' ? this.sent : await this.storedHalves();
    return [...promised].filter(
      (key) => this.decisions.get(key) === COMMIT && !bodies.includes(key),
    );
  }

  async twice(): Promise<string[]> {
    const bodies = await this.current.bodies();
    return bodies.filter((key, at) => bodies.indexOf(key) !== at);
  }

  async rolledBack(): Promise<string[]> {
    return (await this.current.bodies()).filter((key) => this.decisions.get(key) !== COMMIT);
  }

  private async start(): Promise<void> {
    const properties = { ...settings, flushDiskType: this.flushDiskType };
    this.kit = new TransactionKit('/store', this.clock, properties, this.disk);
    await this.kit.start();
    await this.kit.heartbeat();
  }

  private async work(): Promise<void> {
    const { current: kit, random } = this;
    kit.onCheck = (check) => {
      if (random.nextInt(3) > 0) void this.end(kit.halfOf(check), true);
    };
    const steps = random.nextInt(MAX_STEPS);
    for (let step = 0; step < steps; step++) {
      const done = this.transaction();
      // What is not waited for is cut short by the power.
      if (step < steps - 3) await done;
      if (random.nextInt(5) === 0) await kit.round();
    }
    for (let left = random.nextInt(8); left > 0; left--) await turn();
  }

  private async transaction(): Promise<void> {
    const key = `K${this.decisions.size}`;
    this.decisions.set(key, this.random.nextInt(3) === 0 ? ROLLBACK : COMMIT);
    try {
      const half = await this.current.sendHalf(key, {}, { key });
      this.sent.add(key);
      if (this.random.nextInt(4) > 0) await this.end(half, false);
    } catch {
      ignore();
    }
  }

  /** What has ended for good may be asked for in the other way: that must change nothing. */
  private async end(half: SentHalf, isAsked: boolean): Promise<void> {
    const decision = this.decisions.get(half.uniqKey) ?? ROLLBACK;
    const isOver = this.flushDiskType === 'SYNC_FLUSH' && this.ended.has(half.uniqKey);
    const other = decision === COMMIT ? ROLLBACK : COMMIT;
    const fields = { fromTransactionCheck: String(isAsked) };
    await this.current.end(half, isOver ? other : decision, fields).then(({ code }) => {
      if (code === 0) this.ended.add(half.uniqKey);
    }, ignore);
  }

  private async cutPower(): Promise<void> {
    const { current: kit, disk, clock } = this;
    this.disk = disk.cutPower(this.random);
    clock.turnOff();
    await kit.abandon();
    // The next start is a process of the test's own number: only that one's lock may stop it.
    if (this.disk.status('/store/lock')) this.disk.unlink('/store/lock');
    this.clock = new MachineClock(clock.wallNow());
  }

  private async settle(): Promise<void> {
    const { current: kit } = this;
    kit.onCheck = (check) => void this.end(kit.halfOf(check), true);
    await until(async () => {
      await kit.round();
      return (kit.progress() ?? 0) === kit.broker.messageStore.maxOffsetInQueue(HALF, 0);
    });
  }

  /** Keys of the half messages that no power cut took. */
  private async storedHalves(): Promise<Set<string>> {
    const { messageStore } = this.current.broker;
    const keys = new Set<string>();
    const end = messageStore.maxOffsetInQueue(HALF, 0);
    for (let offset = 0; offset < end; offset++) {
      const request = { group: 'G', topic: HALF, queueId: 0, offset, maxMsgNums: 1 };
      const { parts } = await messageStore.getMessage(request);
      keys.add(readHalfMessage(Buffer.concat(parts)).uniqKey);
    }
    return keys;
  }

  private get current(): TransactionKit {
    if (!this.kit) throw new Error('no broker was started');
    return this.kit;
  }
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe.each(['SYNC_FLUSH', 'ASYNC_FLUSH'] as const)('power cuts with %s', (flushDiskType) => {
  it(`lose no transaction that the disk still has, and double none, ${RUNS} times ${CUTS}`, async () => {
    for (let seed = 1; seed <= RUNS; seed++) {
      const run = new PowerCutRun(seed, flushDiskType);
      try {
        await run.run();
        const [missing, twice] = [await run.missing(), await run.twice()];
        const rolledBack = await run.rolledBack();
        expect({ seed, missing, twice, rolledBack }).toEqual({
          seed,
          missing: [],
          twice: [],
          rolledBack: [],
        });
      } finally {
        await run.stop();
      }
    }
  }, 120_000);
});
