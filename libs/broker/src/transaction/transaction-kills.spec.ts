import { rmSync } from 'node:fs';
import { SeededRandom, decodeProperties } from '@rocket-nest/common';
import type { MessageExtBrokerInner } from '@rocket-nest/store';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { COMMIT, ROLLBACK, TransactionKit, until } from '../testing/transaction-kit';

const HALF = 'RMQ_SYS_TRANS_HALF_TOPIC';
const OP = 'RMQ_SYS_TRANS_OP_HALF_TOPIC';
const KILLS = 10;

type Point = (kit: TransactionKit, kill: () => void) => void;

const isPutBack = (message: MessageExtBrokerInner): boolean =>
  decodeProperties(message.propertiesText).has('TRAN_PREPARED_QUEUE_OFFSET');

/** Kills before or after a write that `isMeant` says it is about. */
const atWrite =
  (when: 'before' | 'after', isMeant: (message: MessageExtBrokerInner) => boolean): Point =>
  (kit, kill) => {
    const { messageStore } = kit.broker;
    const put = messageStore.putMessage.bind(messageStore);
    messageStore.putMessage = (message, callback) => {
      const isPoint = isMeant(message);
      if (isPoint && when === 'before') kill();
      put(message, {
        onPut: (result) => {
          if (isPoint && when === 'after') kill();
          callback.onPut(result);
        },
      });
    };
  };

/** Kills before or after the consumer offsets are written, of which the progress is two. */
const atOffsets =
  (when: 'before' | 'after'): Point =>
  (kit, kill) => {
    const { consumerOffsetManager } = kit.broker;
    const persist = consumerOffsetManager.persist.bind(consumerOffsetManager);
    consumerOffsetManager.persist = async () => {
      if (when === 'before') kill();
      await persist();
      if (when === 'after') kill();
    };
  };

/** The connection may close before the answer comes. */
const ignore = (): void => undefined;

const isHalf = (message: MessageExtBrokerInner): boolean => message.topic === HALF;
const isWrittenAgain = (message: MessageExtBrokerInner): boolean =>
  isHalf(message) && isPutBack(message);
const isFirst = (message: MessageExtBrokerInner): boolean => isHalf(message) && !isPutBack(message);
const isCommitted = (message: MessageExtBrokerInner): boolean => message.topic === 'T';
const isOp = (message: MessageExtBrokerInner): boolean => message.topic === OP;

const POINTS: [string, Point][] = [
  ['before the half write', atWrite('before', isFirst)],
  ['after the half write', atWrite('after', isFirst)],
  ['before the committed write', atWrite('before', isCommitted)],
  ['after the committed write', atWrite('after', isCommitted)],
  ['before the op write', atWrite('before', isOp)],
  ['after the op write', atWrite('after', isOp)],
  ['before a half message is written again', atWrite('before', isWrittenAgain)],
  ['after a half message is written again', atWrite('after', isWrittenAgain)],
  ['before the offset writes', atOffsets('before')],
  ['after the offset writes', atOffsets('after')],
];

/** What producers decided, and what they were told before the kill. */
class Decisions {
  /** Unique key -> decision of the local transaction. */
  readonly made = new Map<string, number>();
  readonly sent = new Set<string>();
  readonly ended = new Set<string>();
  /** As of the kill. */
  sentThen: ReadonlySet<string> = new Set();
  endedThen: ReadonlySet<string> = new Set();

  kill(): void {
    this.sentThen = new Set(this.sent);
    this.endedThen = new Set(this.ended);
  }
}

describe.each(POINTS)('a kill %s', (_name, point) => {
  let folder: ReturnType<typeof createTemporaryFolder>;
  let copy: string | undefined;

  beforeEach(() => (folder = createTemporaryFolder()));
  afterEach(() => {
    folder.remove();
    if (copy !== undefined) rmSync(copy, { recursive: true, force: true });
    copy = undefined;
  });

  const settings = {
    transactionCheckMax: '1000',
    transactionOpBatchInterval: '20',
    flushConsumerOffsetInterval: '20',
  };

  /** Half messages and their ends until the broker is killed; gives what the kill left. */
  async function workUntilKilled(
    kit: TransactionKit,
    decisions: Decisions,
    random: SeededRandom,
  ): Promise<string> {
    let killed: string | undefined;
    let passes = random.nextInt(12);
    point(kit, () => {
      if (killed !== undefined || passes-- > 0) return;
      decisions.kill();
      killed = kit.crashCopy();
    });
    const decide = (key: string): number => decisions.made.get(key) ?? ROLLBACK;
    kit.onCheck = (check) => {
      const half = kit.halfOf(check);
      if (random.nextInt(3) === 0) return;
      const answer = { fromTransactionCheck: 'true' };
      kit.end(half, decide(half.uniqKey), answer).then(({ code }) => {
        if (code === 0) decisions.ended.add(half.uniqKey);
      }, ignore);
    };
    await kit.heartbeat();
    for (let step = 0; killed === undefined; step++) {
      const key = `K${step}`;
      decisions.made.set(key, random.nextInt(3) === 0 ? ROLLBACK : COMMIT);
      const half = await kit.sendHalf(key, {}, { key });
      decisions.sent.add(key);
      if (random.nextInt(4) > 0) {
        const { code } = await kit.end(half, decide(key));
        if (code === 0) decisions.ended.add(key);
      }
      if (random.nextInt(4) === 0) await kit.round();
    }
    await kit.stop();
    return killed;
  }

  /** Checks until nothing is open. A rollback that was answered must not be asked about again. */
  async function settle(kit: TransactionKit, decisions: Decisions): Promise<void> {
    kit.onCheck = (check) => {
      const half = kit.halfOf(check);
      const isLie = decisions.endedThen.has(half.uniqKey);
      const decision = isLie ? COMMIT : (decisions.made.get(half.uniqKey) ?? ROLLBACK);
      kit.end(half, decision, { fromTransactionCheck: 'true' }).catch(ignore);
    };
    await kit.heartbeat();
    const { messageStore } = kit.broker;
    await until(async () => {
      await kit.round();
      return kit.progress() === messageStore.maxOffsetInQueue(HALF, 0);
    });
  }

  it(`loses and doubles nothing, ${KILLS} times`, async () => {
    for (let seed = 1; seed <= KILLS; seed++) {
      const decisions = new Decisions();
      const home = `${folder.path}/${seed}`;
      const before = await new TransactionKit(home, undefined, settings).start();
      copy = await workUntilKilled(before, decisions, new SeededRandom(seed));
      const after = await new TransactionKit(copy, before.clock, settings).start();
      await settle(after, decisions);
      const bodies = await after.bodies();
      await after.stop();
      rmSync(copy, { recursive: true, force: true });

      const wanted = [...decisions.made].filter(([, decision]) => decision === COMMIT);
      const promised = wanted.map(([key]) => key).filter((key) => decisions.sentThen.has(key));
      expect({ seed, missing: promised.filter((key) => !bodies.includes(key)) }).toEqual({
        seed,
        missing: [],
      });
      expect({ seed, twice: bodies.filter((key, at) => bodies.indexOf(key) !== at) }).toEqual({
        seed,
        twice: [],
      });
      const rolledBack = bodies.filter((key) => decisions.made.get(key) !== COMMIT);
      expect({ seed, rolledBack }).toEqual({ seed, rolledBack: [] });
    }
  }, 120_000);
});
