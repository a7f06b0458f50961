import { rmSync } from 'node:fs';
import { decodeProperties, encodeMessageRecord } from '@rocket-nest/common';
import { RequestCode } from '@rocket-nest/remoting';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { COMMIT, ROLLBACK, TransactionKit, until } from '../testing/transaction-kit';
import { readStoredMessage } from '../messages/stored-message';

const HALF = 'RMQ_SYS_TRANS_HALF_TOPIC';
const OP = 'RMQ_SYS_TRANS_OP_HALF_TOPIC';
const GIVEN_UP = 'TRANS_CHECK_MAX_TIME_TOPIC';

describe('transactions of a broker', () => {
  let folder: ReturnType<typeof createTemporaryFolder>;
  let kit: TransactionKit;
  const copies: string[] = [];

  const start = async (properties: Record<string, string> = {}): Promise<TransactionKit> => {
    kit = await new TransactionKit(folder.path, undefined, properties).start();
    return kit;
  };

  /** Goes on with what a kill at this moment would leave, at the same time of day. */
  const crash = async (properties: Record<string, string> = {}): Promise<TransactionKit> => {
    const copy = kit.crashCopy();
    copies.push(copy);
    await kit.stop();
    kit = await new TransactionKit(copy, kit.clock, properties).start();
    return kit;
  };

  beforeEach(() => (folder = createTemporaryFolder()));
  afterEach(async () => {
    await kit.stop();
    folder.remove();
    for (const copy of copies.splice(0)) rmSync(copy, { recursive: true, force: true });
  });

  describe('ends', () => {
    it('shows a committed message once, as the original stores it', async () => {
      await start();
      const half = await kit.sendHalf('hello', { KEYS: 'k' });
      expect(await kit.bodies()).toEqual([]);
      expect((await kit.end(half, COMMIT)).code).toBe(0);
      const [stored] = await kit.records('T', 1);
      expect(stored).toMatchObject({
        topic: 'T',
        queueId: 1,
        flag: 7,
        sysFlag: COMMIT,
        preparedTransactionOffset: half.physicalOffset,
      });
      const properties = Object.fromEntries(decodeProperties(stored.propertiesText));
      expect(properties).toMatchObject({ TRAN_MSG: 'true', PGROUP: 'PG', TAGS: 'A', KEYS: 'k' });
      expect(properties.__transactionId__).toBe(half.uniqKey);
      expect(Object.keys(properties)).not.toContain('REAL_TOPIC');
      expect(Object.keys(properties)).not.toContain('REAL_QID');
      expect(await kit.bodies()).toEqual(['hello']);
    });

    it('keeps the half message out of sight, with all that its commit needs', async () => {
      await start();
      await kit.sendHalf('hello', { REAL_TOPIC: 'Forged', REAL_QID: '3' });
      const [stored] = await kit.records(HALF);
      expect(stored).toMatchObject({ topic: HALF, queueId: 0, queueOffset: 0, sysFlag: 0 });
      const properties = decodeProperties(stored.propertiesText);
      expect([properties.get('REAL_TOPIC'), properties.get('REAL_QID')]).toEqual(['T', '1']);
    });

    it('never shows a rolled back message', async () => {
      await start();
      const half = await kit.sendHalf('no');
      expect((await kit.end(half, ROLLBACK)).code).toBe(0);
      expect((await kit.end(half, ROLLBACK)).code).toBe(0);
      const late = await kit.end(half, COMMIT);
      expect([late.code, late.remark]).toEqual([1, expect.stringContaining('rolled back')]);
      await kit.heartbeat();
      await kit.round();
      expect(kit.asked).toBe(0);
      expect(await kit.bodies()).toEqual([]);
    });

    it('commits once however often it is told', async () => {
      await start();
      const half = await kit.sendHalf('once');
      const codes = await Promise.all([COMMIT, COMMIT, COMMIT].map((end) => kit.end(half, end)));
      expect(codes[0]?.code).toBe(0);
      expect((await kit.end(half, COMMIT)).code).toBe(0);
      expect((await kit.end(half, ROLLBACK)).code).toBe(1);
      expect(await kit.bodies()).toEqual(['once']);
    });

    it.each([
      ['another producer group', { producerGroup: 'other' }],
      ['a wrong half queue offset', { tranStateTableOffset: 1 }],
      ['a half queue offset that does not exist', { tranStateTableOffset: 1000 }],
      ['a negative half queue offset', { tranStateTableOffset: -1 }],
      ['a wrong commit log offset', { commitLogOffset: 1 }],
    ])('refuses %s', async (_name, fields) => {
      await start();
      const half = await kit.sendHalf('a');
      await kit.sendHalf('b');
      expect((await kit.end(half, COMMIT, fields)).code).toBe(1);
      expect((await kit.end(half, ROLLBACK, fields)).code).toBe(1);
      expect(await kit.bodies()).toEqual([]);
      expect((await kit.end(half, COMMIT)).code).toBe(0);
    });

    it('does not answer to a state that is not known', async () => {
      await start();
      const half = await kit.sendHalf('a');
      const request = kit.end(half, 0); // END_TRANSACTION without a decision
      const outcome = request.catch((error: Error) => error);
      expect((await kit.end(half, COMMIT)).code).toBe(0);
      await kit.client.shutdown();
      expect(await outcome).toBeInstanceOf(Error);
    });

    it('refuses a decision of the producer past its own immunity time, but not an answer', async () => {
      await start();
      const half = await kit.sendHalf('late', { CHECK_IMMUNITY_TIME_IN_SECONDS: '5' });
      kit.clock.advance(6_000);
      expect((await kit.end(half, COMMIT)).code).toBe(604);
      expect((await kit.end(half, COMMIT, { fromTransactionCheck: 'true' })).code).toBe(0);
      expect(await kit.bodies()).toEqual(['late']);
    });

    it('delivers a committed message with a delay level after the delay', async () => {
      await start();
      const half = await kit.sendHalf('slow', { DELAY: '3' });
      await kit.end(half, COMMIT);
      expect(await kit.bodies()).toEqual([]);
      kit.clock.advance(10_000);
      await until(async () => (await kit.bodies()).length === 1);
    });

    it('names ended half messages in op messages as the original does', async () => {
      await start({ transactionOpBatchInterval: '50' });
      const halves = [];
      for (const body of ['a', 'b', 'c']) halves.push(await kit.sendHalf(body));
      await kit.end(halves[0], COMMIT);
      await kit.end(halves[2], COMMIT);
      await until(async () => (await kit.records(OP)).length > 0);
      const [op] = await kit.records(OP);
      expect(op).toMatchObject({ topic: OP, queueId: 0, sysFlag: 0 });
      expect(op.body.toString()).toBe('0,2,');
      expect(decodeProperties(op.propertiesText).get('TAGS')).toBe('d');
    });

    it('writes an op message with every commit when there is no index to find it again', async () => {
      await start({ messageIndexEnable: 'false', transactionOpBatchInterval: '600000' });
      await kit.end(await kit.sendHalf('a'), COMMIT);
      await kit.end(await kit.sendHalf('b'), COMMIT);
      expect((await kit.records(OP)).map(({ body }) => body.toString())).toEqual(['0,', '1,']);
    });

    it('writes an op message at once when it is full', async () => {
      await start({ transactionOpMsgMaxSize: '8', transactionOpBatchInterval: '600000' });
      for (let i = 0; i < 8; i++) await kit.end(await kit.sendHalf(`m${i}`), COMMIT);
      await until(async () => (await kit.records(OP)).length === 2);
      expect((await kit.records(OP)).map(({ body }) => body.toString())).toEqual([
        '0,1,2,3,',
        '4,5,6,7,',
      ]);
    });
  });

  describe('checks', () => {
    it('asks a live producer about an old half message, naming the record written again', async () => {
      await start();
      await kit.heartbeat();
      const half = await kit.sendHalf('open', { KEYS: 'k' });
      await kit.round();
      await until(() => kit.checks.length === 1);
      const [check] = kit.checks;
      const fields = Object.fromEntries(check.extFields);
      const [, again] = await kit.records(HALF);
      expect([check.code, check.isOneway]).toEqual([RequestCode.CHECK_TRANSACTION_STATE, true]);
      expect(fields).toMatchObject({
        bname: 'broker-a',
        topic: HALF,
        tranStateTableOffset: '1',
        commitLogOffset: String(again.physicalOffset),
        msgId: half.uniqKey,
        transactionId: half.uniqKey,
      });
      const record = readStoredMessage(check.body!);
      expect(record).toMatchObject({ topic: 'T', queueId: 1, queueOffset: 1, flag: 7 });
      expect(record.physicalOffset).toBe(again.physicalOffset);
      expect(record.body.toString()).toBe('open');
      for (const stored of [record, again]) {
        const properties = decodeProperties(stored.propertiesText);
        expect(properties.get('TRANSACTION_CHECK_TIMES')).toBe('1');
        expect(properties.get('REAL_TOPIC')).toBe('T');
      }
    });

    it('leaves young half messages alone', async () => {
      await start({ transactionCheckInterval: '1000', transactionTimeOut: '60000' });
      await kit.heartbeat();
      await kit.sendHalf('young');
      await kit.round();
      expect(await kit.records(HALF)).toHaveLength(1);
      kit.clock.advance(59_000);
      await kit.round();
      await until(() => kit.checks.length === 1);
    });

    it.each([
      ['commit', COMMIT, ['open']],
      ['rollback', ROLLBACK, []],
    ])('takes the %s that a producer answers', async (_name, decision, bodies) => {
      await start();
      await kit.heartbeat();
      await kit.sendHalf('open');
      await kit.round();
      await until(() => kit.checks.length === 1);
      const half = kit.halfOf(kit.checks[0]);
      const fields = { fromTransactionCheck: 'true' };
      expect((await kit.end(half, decision, fields)).code).toBe(0);
      await kit.round();
      await kit.round();
      expect(kit.asked).toBe(1);
      expect(await kit.bodies()).toEqual(bodies);
    });

    it('commits once when the first decision comes after the half message was written again', async () => {
      await start();
      await kit.heartbeat();
      const half = await kit.sendHalf('late');
      await kit.round();
      await kit.round();
      await until(() => kit.checks.length === 2);
      const [first, second] = kit.checks.map((check) => kit.halfOf(check));
      expect((await kit.end(half, COMMIT)).code).toBe(0);
      expect((await kit.end(second, COMMIT)).code).toBe(0);
      expect((await kit.end(first, COMMIT)).code).toBe(0);
      expect((await kit.end(first, ROLLBACK)).code).toBe(1);
      await kit.round();
      expect(kit.asked).toBe(2);
      expect(await kit.bodies()).toEqual(['late']);
    });

    it('gives up after the configured number of checks, and checks again when told to', async () => {
      await start({ transactionCheckMax: '2' });
      await kit.heartbeat();
      const half = await kit.sendHalf('stubborn');
      for (let round = 1; round <= 4; round++) await kit.round();
      expect(kit.asked).toBe(2);
      const [kept] = await kit.records(GIVEN_UP);
      expect(kept.body.toString()).toBe('stubborn');
      const properties = decodeProperties(kept.propertiesText);
      expect(properties.get('TRANSACTION_CHECK_TIMES')).toBe('2');
      expect((await kit.end(half, COMMIT)).code).toBe(1);

      const position = kept.physicalOffset.toString(16).padStart(16, '0');
      const msgId = `7F00000100002A9F${position.toUpperCase()}`;
      expect(
        (await kit.ask(RequestCode.RESUME_CHECK_HALF_MESSAGE, { topic: 'T', msgId })).code,
      ).toBe(0);
      await kit.round();
      await until(() => kit.checks.length === 3);
      const again = kit.halfOf(kit.checks[2]);
      expect((await kit.end(again, COMMIT, { fromTransactionCheck: 'true' })).code).toBe(0);
      expect(await kit.bodies()).toEqual(['stubborn']);
      expect(
        (await kit.ask(RequestCode.RESUME_CHECK_HALF_MESSAGE, { topic: 'T', msgId })).code,
      ).toBe(1);
    });

    it('resumes the check of a transaction that goes on, and nothing that is none', async () => {
      await start({ transactionCheckMax: '2' });
      await kit.heartbeat();
      await kit.sendHalf('open');
      await kit.round();
      await kit.round();
      const [last] = (await kit.records(HALF)).slice(-1);
      const idOf = (position: number): string =>
        `7F00000100002A9F${position.toString(16).padStart(16, '0').toUpperCase()}`;
      expect(
        (await kit.ask(RequestCode.RESUME_CHECK_HALF_MESSAGE, { msgId: idOf(last.physicalOffset) }))
          .code,
      ).toBe(0);
      await kit.round();
      await kit.round();
      await until(() => kit.checks.length === 4);
      expect(await kit.records(GIVEN_UP)).toHaveLength(0);
      expect((await kit.ask(RequestCode.RESUME_CHECK_HALF_MESSAGE, { msgId: idOf(1) })).code).toBe(
        1,
      );
      expect(
        (await kit.ask(RequestCode.RESUME_CHECK_HALF_MESSAGE, { msgId: 'nonsense' })).code,
      ).toBe(1);
      expect((await kit.ask(RequestCode.RESUME_CHECK_HALF_MESSAGE, { topic: 'T' })).code).toBe(1);
    });

    it('goes on to others past a half message that belongs nowhere, and past absent producers', async () => {
      await start();
      await kit.heartbeat();
      const { messageStore } = kit.broker;
      await kit.sendHalf('absent', {}, { group: 'nobody' });
      const lost = readStoredMessage(encodeMessageRecord({ ...NOWHERE, topic: HALF }));
      expect((await messageStore.putMessageAsync(innerOf(lost))).status).toBe('PUT_OK');
      await kit.sendHalf('present');
      await kit.round();
      await until(() => kit.checks.length === 1);
      expect(readStoredMessage(kit.checks[0].body!).body.toString()).toBe('present');
      expect((await kit.records(GIVEN_UP)).map(({ body }) => body.toString())).toEqual(['lost']);
    });

    it('does not ask before the immunity time of a message, however many rounds pass', async () => {
      await start({ transactionCheckMax: '2' });
      await kit.heartbeat();
      await kit.sendHalf('immune', { CHECK_IMMUNITY_TIME_IN_SECONDS: '200' });
      for (let round = 1; round <= 6; round++) await kit.round();
      expect(kit.asked).toBe(0);
      await kit.round();
      await until(() => kit.checks.length === 1);
      const half = kit.halfOf(kit.checks[0]);
      await kit.end(half, COMMIT, { fromTransactionCheck: 'true' });
      expect(await kit.bodies()).toEqual(['immune']);
    });

    it('keeps the progress where a start has to begin', async () => {
      await start({ transactionOpBatchInterval: '20' });
      const halves = [];
      for (let i = 0; i < 10; i++) halves.push(await kit.sendHalf(`m${i}`));
      for (const half of halves) if (half.queueOffset !== 5) await kit.end(half, COMMIT);
      await until(() => kit.progress() === 5);
      await kit.round();
      await until(() => kit.progress() === 10);
      const ops = (await kit.records(OP)).length;
      await kit.round();
      await until(() => kit.progress() === 11);
      await kit.round();
      expect(kit.progress(OP)).toBe(ops);
    });
  });

  describe('after a start', () => {
    const settle = async (): Promise<void> => {
      for (let round = 0; round < 3; round++) await kit.round();
    };

    it('goes on after a clean stop', async () => {
      await start();
      const [open, committed, rolledBack] = [
        await kit.sendHalf('open'),
        await kit.sendHalf('committed'),
        await kit.sendHalf('rolled back'),
      ];
      await kit.end(committed, COMMIT);
      await kit.end(rolledBack, ROLLBACK);
      await kit.stop();
      kit = await new TransactionKit(kit.folder, kit.clock).start();
      await kit.heartbeat();
      expect((await kit.end(rolledBack, COMMIT)).code).toBe(1);
      expect((await kit.end(committed, COMMIT)).code).toBe(0);
      await settle();
      await until(() => kit.checks.length === kit.asked);
      expect(kit.checks.map((check) => kit.halfOf(check).uniqKey)).toEqual(
        Array(3).fill(open.uniqKey),
      );
      expect((await kit.end(open, COMMIT)).code).toBe(0);
      expect(await kit.bodies()).toEqual(['committed', 'open']);
    });

    it('asks about a half message that was killed before its end', async () => {
      await start();
      const half = await kit.sendHalf('open');
      await crash();
      await kit.heartbeat();
      await kit.round();
      await until(() => kit.checks.length === 1);
      expect((await kit.end(half, COMMIT)).code).toBe(0);
      await settle();
      expect(await kit.bodies()).toEqual(['open']);
    });

    it('knows a commit whose op message was not written', async () => {
      await start();
      const half = await kit.sendHalf('committed');
      await kit.sendHalf('open');
      await kit.end(half, COMMIT);
      await crash();
      expect(await kit.records(OP)).toHaveLength(0);
      await kit.heartbeat();
      expect((await kit.end(half, COMMIT)).code).toBe(0);
      await settle();
      await until(() => kit.checks.length === kit.asked);
      const asked = kit.checks.map((check) => readStoredMessage(check.body!).body.toString());
      expect(new Set(asked)).toEqual(new Set(['open']));
      expect((await kit.end(half, ROLLBACK)).code).toBe(1);
      expect(await kit.bodies()).toEqual(['committed']);
    });

    it('knows the commit of a half message written again whose op message was not written', async () => {
      await start();
      await kit.heartbeat();
      const half = await kit.sendHalf('checked');
      await kit.round();
      await until(() => kit.checks.length === 1);
      await kit.end(kit.halfOf(kit.checks[0]), COMMIT, { fromTransactionCheck: 'true' });
      await crash();
      await kit.heartbeat();
      await settle();
      expect(kit.asked).toBe(0);
      expect((await kit.end(half, COMMIT)).code).toBe(0);
      expect(await kit.bodies()).toEqual(['checked']);
    });

    it('knows a commit by the first half message when it was written again too', async () => {
      await start();
      await kit.heartbeat();
      const half = await kit.sendHalf('late');
      await kit.round();
      await until(() => kit.checks.length === 1);
      const again = kit.halfOf(kit.checks[0]);
      await kit.end(half, COMMIT);
      await crash();
      await kit.heartbeat();
      expect((await kit.end(again, COMMIT, { fromTransactionCheck: 'true' })).code).toBe(0);
      await settle();
      expect(kit.asked).toBe(0);
      expect(await kit.bodies()).toEqual(['late']);
    });

    it('knows a delayed commit whose op message was not written', async () => {
      await start();
      const half = await kit.sendHalf('slow', { DELAY: '3' });
      await kit.end(half, COMMIT);
      await crash();
      expect((await kit.end(half, COMMIT)).code).toBe(0);
      kit.clock.advance(10_000);
      await until(async () => (await kit.bodies()).length > 0);
      await settle();
      expect(await kit.bodies()).toEqual(['slow']);
    });

    it('remembers every answered rollback', async () => {
      await start();
      const half = await kit.sendHalf('no');
      expect((await kit.end(half, ROLLBACK)).code).toBe(0);
      await crash();
      await kit.heartbeat();
      expect((await kit.end(half, COMMIT)).code).toBe(1);
      await settle();
      expect(kit.asked).toBe(0);
      expect(await kit.bodies()).toEqual([]);
    });

    it('remembers a rollback that named an earlier place of its half message', async () => {
      await start({ transactionOpBatchInterval: '200' });
      await kit.heartbeat();
      await kit.sendHalf('rolled back');
      for (const round of [1, 2]) {
        kit.clock.advance(60_000);
        await kit.round();
        await until(() => kit.checks.length === round);
      }
      const [first, second] = kit.checks.map((check) => kit.halfOf(check));
      await until(() => kit.progress() === second.queueOffset);
      await kit.broker.consumerOffsetManager.persist();
      expect((await kit.end(first, ROLLBACK)).code).toBe(0);
      await crash({ transactionOpBatchInterval: '200' });
      await kit.heartbeat();
      kit.clock.advance(60_000);
      await kit.round();
      expect(kit.asked).toBe(0);
      expect((await kit.end(second, COMMIT)).code).not.toBe(0);
    });

    it('asks once a round about a half message that lies there twice', async () => {
      await start();
      await kit.heartbeat();
      await kit.sendHalf('twice');
      await kit.round();
      await kit.round();
      await until(() => kit.checks.length === 2);
      await crash();
      await kit.heartbeat();
      await kit.round();
      await until(() => kit.checks.length === 1);
      const half = kit.halfOf(kit.checks[0]);
      expect(readStoredMessage(kit.checks[0].body!).queueOffset).toBe(3);
      await kit.end(half, COMMIT, { fromTransactionCheck: 'true' });
      await settle();
      expect(kit.asked).toBe(1);
      expect(await kit.bodies()).toEqual(['twice']);
    });

    it('gives up once', async () => {
      await start({ transactionCheckMax: '1' });
      await kit.sendHalf('given up');
      await kit.round();
      await kit.round();
      expect(await kit.records(GIVEN_UP)).toHaveLength(1);
      await crash({ transactionCheckMax: '1' });
      await settle();
      expect(await kit.records(GIVEN_UP)).toHaveLength(1);
    });

    it('commits each of two transactions with the same message object', async () => {
      await start();
      await kit.heartbeat();
      const first = await kit.sendHalf('same', {}, { key: 'SAME' });
      const second = await kit.sendHalf('same', {}, { key: 'SAME' });
      await kit.end(first, COMMIT);
      await crash();
      await kit.heartbeat();
      expect((await kit.end(second, COMMIT)).code).toBe(0);
      await settle();
      expect(kit.asked).toBe(0);
      expect(await kit.bodies()).toEqual(['same', 'same']);
    });

    it('decides every transaction the same way through many kills', async () => {
      const fast = { transactionOpBatchInterval: '5', transactionOpMsgMaxSize: '16' };
      await start(fast);
      await kit.heartbeat();
      const decided: string[] = [];
      for (let life = 0; life < 6; life++) {
        for (let i = 0; i < 12; i++) {
          const body = `${life}-${i}-${['commit', 'rollback', 'open'][i % 3]}`;
          const half = await kit.sendHalf(body);
          if (i % 3 === 0) await kit.end(half, COMMIT);
          else if (i % 3 === 1) await kit.end(half, ROLLBACK);
          if (i % 3 !== 1) decided.push(body);
        }
        if (life % 2 === 1) await kit.round();
        await crash(fast);
        await kit.heartbeat();
      }
      kit.onCheck = (check) => {
        const fields = { fromTransactionCheck: 'true' };
        kit.end(kit.halfOf(check), COMMIT, fields).catch(() => undefined);
      };
      await kit.round();
      await until(async () => (await kit.bodies()).length >= decided.length);
      await settle();
      expect(await kit.bodies()).toEqual(decided.sort());
    });
  });
});

const NOWHERE = { properties: new Map([['TRAN_MSG', 'true']]), body: Buffer.from('lost') };

function innerOf(stored: ReturnType<typeof readStoredMessage>) {
  const host = { address: Uint8Array.of(127, 0, 0, 1), port: 1 };
  return { ...stored, bornHost: host, storeHost: host };
}
