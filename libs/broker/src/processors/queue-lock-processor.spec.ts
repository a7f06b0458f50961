import { RequestCode, ResponseCode } from '@rocket-nest/remoting';
import { ask, createFakeBroker } from '../testing/fake-broker';
import { FakeConnection } from '../testing/fake-connection';
import { createTemporaryFolder } from '../testing/temporary-folder';
import { QueueLockProcessor } from './queue-lock-processor';

/** Recorded from the original's orderly consumer. */
const BODY =
  '{"clientId":"10.0.0.9@oc","consumerGroup":"GID_fifo","mqSet":[{"brokerName":"broker-a",' +
  '"queueId":3,"topic":"TopicFifo"}],"onlyThisBroker":false}';

describe('QueueLockProcessor', () => {
  const folder = createTemporaryFolder();
  const processor = new QueueLockProcessor(createFakeBroker(folder.path));
  const connection = new FakeConnection();

  afterAll(() => folder.remove());

  const lock = async (body: string): Promise<string | undefined> =>
    (
      await ask(processor.lockBatchMQ, connection, RequestCode.LOCK_BATCH_MQ, {}, body)
    ).body?.toString();

  it('locks for one client, and for another once it let go', async () => {
    const owned = '{"lockOKMQSet":[{"brokerName":"broker-a","queueId":3,"topic":"TopicFifo"}]}';
    const other = BODY.replace('@oc', '@other');
    expect(await lock(BODY)).toBe(owned);
    expect(await lock(other)).toBe('{"lockOKMQSet":[]}');
    const code = RequestCode.UNLOCK_BATCH_MQ;
    const unlocked = await ask(processor.unlockBatchMQ, connection, code, {}, BODY);
    expect(unlocked.code).toBe(ResponseCode.SUCCESS);
    expect(await lock(other)).toBe(owned);
  });
});
