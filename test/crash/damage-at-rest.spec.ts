import * as fs from 'node:fs';
import * as path from 'node:path';
import {
  NodeFileSystem,
  SeededRandom,
  SystemClock,
  SystemRandom,
  type Logger,
} from '@rocket-nest/common';
import { EventLoopTurn } from '@rocket-nest/common/internal';
import {
  createHostAddress,
  createMessageStoreConfig,
  GetMessageStatus,
  MessageStore,
  StoreVerifier,
} from '@rocket-nest/store';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';
import { readStoredRecords } from '../support/stored-record';
import { runVerifyStore } from '../support/verify-store';
import { falseAlarms, mustBeTold } from './damage-verdict';

const places = Number(process.env.DAMAGE_PLACES ?? 300);
const seed = Number(process.env.DAMAGE_SEED ?? Date.now() % 1_000_000);

const MESSAGES = 1500;
const TOPICS = ['damage-a', 'damage-b'];
const QUEUES = 3;
const PAGE_BYTES = 4096;
/** Keys looked for where not all of them are. */
const SOME_KEYS = 20;
/** One place in so many is verified, before and after; it takes as long as all else. */
const VERIFIED_ONE_IN = 3;
/** Below this the program verifies, one place of every kind, and later its class does. */
const PROGRAM_PLACES = 10;
const KEY = /KEYS\W(key-\d+)/;
const KINDS = ['bit', 'page', 'truncate', 'delete'] as const;
type Kind = (typeof KINDS)[number];

interface Stored {
  readonly topic: string;
  readonly queueId: number;
  readonly queueOffset: number;
  readonly from: number;
  readonly to: number;
  readonly body: string;
  readonly key: string;
}

interface Damage {
  readonly kind: Kind;
  readonly file: string;
  readonly from: number;
  readonly to: number;
}

class Lines implements Logger {
  readonly errors: string[] = [];
  debug(): void {}
  info(): void {}
  warn(message: string): void {
    this.errors.push(message);
  }
  error(message: string): void {
    this.errors.push(message);
  }
}

describe('damage at rest', () => {
  let root: string;
  let pristine: string;
  const stored: Stored[] = [];
  const random = new SeededRandom(seed);

  beforeAll(async () => {
    root = makeTemporaryFolder('damage');
    pristine = path.join(root, 'pristine');
    const store = await openStore(pristine, new Lines());
    for (let index = 0; index < MESSAGES; index++) stored.push(await put(store, index, random));
    await store.shutdown();
  }, 60_000);

  afterAll(() => removeFolder(root));

  it(
    `serves nothing wrong and everything else, at ${places} places (DAMAGE_SEED=${seed})`,
    async () => {
      const problems: string[] = [];
      for (let place = 0; place < places; place++) {
        const folder = path.join(root, 'damaged');
        fs.cpSync(pristine, folder, { recursive: true });
        const damage = doDamage(folder, KINDS[place % KINDS.length]);
        const tell = (text: string) => problems.push(`${JSON.stringify(damage)}: ${text}`);
        try {
          if (place % VERIFIED_ONE_IN > 0)
            (await problemsOf(folder, damage)).problems.forEach(tell);
          else {
            const verify = place < PROGRAM_PLACES ? verifyByProgram : verifyInProcess;
            (await problemsByVerifier(folder, damage, verify)).forEach(tell);
          }
        } catch (error) {
          tell(String((error as Error).stack));
        }
        removeFolder(folder);
      }
      expect(problems).toEqual([]);
    },
    60_000 + places * 1000,
  );

  function doDamage(folder: string, kind: Kind): Damage {
    const files = filesBelow(folder).filter(
      (file) => fs.statSync(path.join(folder, file)).size > 0,
    );
    const file = files[random.nextInt(files.length)];
    const full = path.join(folder, file);
    const { size } = fs.statSync(full);
    if (kind === 'delete') {
      fs.rmSync(full);
      return { kind, file, from: 0, to: Infinity };
    }
    if (kind === 'truncate') {
      const at = random.nextInt(size);
      fs.truncateSync(full, at);
      return { kind, file, from: at, to: Infinity };
    }
    const content = fs.readFileSync(full);
    if (kind === 'bit') {
      const at = random.nextInt(size);
      content[at] ^= 1 << random.nextInt(8);
      fs.writeFileSync(full, content);
      return { kind, file, from: at, to: at + 1 };
    }
    const page = random.nextInt(Math.ceil(size / PAGE_BYTES)) * PAGE_BYTES;
    content.fill(0, page, Math.min(size, page + PAGE_BYTES));
    fs.writeFileSync(full, content);
    return { kind, file, from: page, to: page + PAGE_BYTES };
  }

  async function problemsByVerifier(
    folder: string,
    damage: Damage,
    verify: (folder: string) => Promise<readonly string[]>,
  ): Promise<string[]> {
    const mustTell = mustBeTold(pristine, folder, damage.file, stored[stored.length - 1].to);
    const told = await verify(folder);
    const { problems, missing } = await problemsOf(folder, damage);
    const toldAfterwards = await verify(folder);
    if (mustTell && told.length === 0) problems.push('verifyStore tells nothing');
    if (isStillWrong(damage, missing) && toldAfterwards.length === 0) {
      problems.push('verifyStore tells nothing of what is missing');
    }
    const alarms = falseAlarms(damage.file, toldAfterwards);
    return [...problems, ...alarms.map((line) => `verifyStore still tells: ${line}`)];
  }

  /** As when they have expired, nothing tells that the oldest records were ever there. */
  function isStillWrong({ kind, file }: Damage, missing: readonly Stored[]): boolean {
    const isOldest = Number(path.basename(file)) === 0;
    return missing.length > 0 && !(kind === 'delete' && isOldest);
  }

  async function problemsOf(folder: string, damage: Damage) {
    const logger = new Lines();
    const problems: string[] = [];
    const store = await openStore(folder, logger);
    const there = new Set<Stored>();
    for (const { topic, queueId } of queueNames()) {
      for (const record of await readQueue(store, topic, queueId)) {
        const expected = stored.find(
          (each) =>
            each.topic === record.topic &&
            each.queueId === record.queueId &&
            each.queueOffset === record.queueOffset,
        );
        if (expected?.body !== record.body || expected.key !== record.key) {
          problems.push(`wrong message at ${record.topic}@${record.queueId}:${record.queueOffset}`);
        } else there.add(expected);
      }
    }
    const missing = stored.filter((each) => !there.has(each));
    for (const each of missing) {
      if (!isHit(each, damage)) problems.push(`${each.key} at ${each.from} is missing`);
    }
    if (missing.length > 0 && logger.errors.length === 0) problems.push('nothing in the log');
    problems.push(...(await problemsOfKeys(store, damage)));
    const next = await put(store, MESSAGES, random);
    if (
      stored.some(
        (each) =>
          each.topic === next.topic &&
          each.queueId === next.queueId &&
          each.queueOffset >= next.queueOffset,
      )
    ) {
      problems.push('an offset is used again');
    }
    await store.shutdown();
    return { problems: problems.slice(0, 5), missing };
  }

  /** All keys where the index was damaged; elsewhere some, as they are all found in the same way. */
  async function problemsOfKeys(store: MessageStore, damage: Damage): Promise<string[]> {
    const problems: string[] = [];
    const isIndex = damage.file.startsWith('index');
    const some = Array.from({ length: SOME_KEYS }, () => stored[random.nextInt(stored.length)]);
    for (const { key, topic, body, from, to } of isIndex ? stored : some) {
      const found = await store.queryMessage(topic, key, 8, 0, Infinity);
      const records = readStoredRecords(Buffer.concat(found.records));
      if (records.some((each) => each.body.toString() !== body)) {
        problems.push(`wrong message for key ${key}`);
      }
      if (records.length === 0 && !isNear(from, to, damage)) {
        problems.push(`${key} at ${from} is not found by its key`);
      }
    }
    return problems;
  }

  /** A query by key finds no record in a block that is damaged somewhere. */
  function isNear(from: number, to: number, damage: Damage): boolean {
    if (/^checksums.\d/.test(damage.file)) return true;
    const block = (at: number): number => Math.floor(at / PAGE_BYTES) * PAGE_BYTES;
    const wide = { ...damage, from: block(damage.from), to: block(damage.to) + PAGE_BYTES };
    return isHit({ from, to }, wide);
  }

  /** Whether a message lies in what was damaged. */
  function isHit({ from, to }: Pick<Stored, 'from' | 'to'>, damage: Damage): boolean {
    if (!damage.file.startsWith('commitlog/')) return false;
    // One flipped bit is put right.
    if (damage.kind === 'bit') return false;
    const fileFrom = Number(path.basename(damage.file));
    const end = Math.min(damage.to, 64 * 1024);
    return from < fileFrom + end && to > fileFrom + damage.from;
  }
});

const host = createHostAddress('127.0.0.1', 10911);

const fileSizes = {
  mappedFileSizeCommitLog: 64 * 1024,
  mappedFileSizeConsumeQueue: 100 * 20,
  maxHashSlotNum: 500,
  maxIndexNum: 500,
  maxMessageSize: 32 * 1024,
};
const configOf = (folder: string) =>
  createMessageStoreConfig({
    storePathRootDir: folder,
    ...fileSizes,
    commitLogTailBytes: 64 * 1024,
    commitLogChunkBytes: 16 * 1024,
    diskSpaceWarningLevelRatio: 100,
  });
const createDeps = () => ({
  fileSystem: new NodeFileSystem(),
  clock: new SystemClock(),
  random: new SystemRandom(),
});

async function verifyInProcess(folder: string): Promise<readonly string[]> {
  return (await new StoreVerifier(configOf(folder), createDeps()).verify()).problems;
}

async function verifyByProgram(folder: string): Promise<readonly string[]> {
  const { status, output } = await runVerifyStore(folder, fileSizes);
  const problems = output.trimEnd().split('\n').slice(0, -1);
  expect(status).toBe(problems.length > 0 ? 1 : 0);
  return problems;
}

async function openStore(folder: string, logger: Logger): Promise<MessageStore> {
  const deps = { ...createDeps(), logger, turn: new EventLoopTurn() };
  const store = new MessageStore(configOf(folder), deps);
  await store.load();
  store.start();
  return store;
}

async function put(store: MessageStore, index: number, random: SeededRandom): Promise<Stored> {
  const topic = TOPICS[random.nextInt(TOPICS.length)];
  const queueId = random.nextInt(QUEUES);
  const key = `key-${index}`;
  const body = `${key} `.padEnd(20 + random.nextInt(random.nextInt(10) === 0 ? 3000 : 400), 'b');
  const result = await store.putMessageAsync({
    topic,
    queueId,
    flag: 0,
    sysFlag: 0,
    bornTimestamp: 1_700_000_000_000,
    bornHost: host,
    storeHost: host,
    reconsumeTimes: 0,
    preparedTransactionOffset: 0,
    body: Buffer.from(body),
    propertiesText: Buffer.from(`KEYS\u0001${key}\u0002TAGS\u0001Tag${index % 3}\u0002`),
  });
  expect(result.status).toBe('PUT_OK');
  const { queueOffset, physicalOffset, sizeBytes } = result;
  const to = physicalOffset + sizeBytes;
  return { topic, queueId, queueOffset, from: physicalOffset, to, body, key };
}

async function readQueue(store: MessageStore, topic: string, queueId: number) {
  const records: Pick<Stored, 'topic' | 'queueId' | 'queueOffset' | 'body' | 'key'>[] = [];
  const max = store.maxOffsetInQueue(topic, queueId);
  for (let offset = store.minOffsetInQueue(topic, queueId); offset < max;) {
    const request = { group: 'g', topic, queueId, offset, maxMsgNums: 32 };
    const result = await store.getMessage(request);
    if (result.status === GetMessageStatus.FOUND) {
      for (const read of readStoredRecords(Buffer.concat(result.parts))) {
        const key = KEY.exec(read.properties)?.[1] ?? '';
        records.push({ ...read, body: read.body.toString(), key });
      }
    }
    if (result.nextBeginOffset <= offset) throw new Error(`no way past ${offset}`);
    offset = result.nextBeginOffset;
  }
  return records;
}

function queueNames(): { topic: string; queueId: number }[] {
  return TOPICS.flatMap((topic) =>
    Array.from({ length: QUEUES }, (_, queueId) => ({ topic, queueId })),
  );
}

function filesBelow(folder: string): string[] {
  return fs
    .readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name !== 'lock')
    .map((entry) => path.relative(folder, path.join(entry.parentPath, entry.name)))
    .sort();
}
