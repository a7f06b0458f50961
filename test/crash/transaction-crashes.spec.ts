import { SeededRandom } from '@rocket-nest/common';
import { CrashChain, crashesPerPoint, crashSeed } from './crash-chain';
import { aroundFile, aroundRecord } from './crash-points';
import { TransactionLoad } from './transaction-load';

const HALF = 'RMQ_SYS_TRANS_HALF_TOPIC';
const WRITTEN_AGAIN = 'TRAN_PREPARED_QUEUE_OFFSET';

const properties = {
  mappedFileSizeCommitLog: 1 << 22,
  maxMessageSize: 1 << 18,
  maxHashSlotNum: 1000,
  maxIndexNum: 100_000,
  transactionTimeOut: 50,
  transactionCheckInterval: 100,
  transactionCheckMax: 1_000_000,
  // Long enough that kills come between an end and its op message.
  transactionOpBatchInterval: 100,
  flushConsumerOffsetInterval: 50,
};

const points = [
  ...aroundRecord('the half write', { topic: HALF, lacks: WRITTEN_AGAIN }),
  ...aroundRecord('the half message is written again', { topic: HALF, has: WRITTEN_AGAIN }),
  ...aroundRecord('the committed write', { topic: 'crash-tx' }),
  ...aroundRecord('the op write', { topic: 'RMQ_SYS_TRANS_OP_HALF_TOPIC' }),
  ...aroundFile('the offset writes', 'consumerOffset.json'),
];

describe(`kill -9 amid transactions, ${crashesPerPoint} times at a point`, () => {
  it.each(points)(
    `%s: each is delivered once or never, as decided (CRASH_SEED=${crashSeed})`,
    async (_name, point) => {
      const random = new SeededRandom(crashSeed);
      const load = new TransactionLoad(random);
      const chain = new CrashChain(properties);
      try {
        await chain.run(point, load, random);
      } finally {
        await chain.end();
      }
      expect(load.problems).toEqual([]);
    },
    60_000 + crashesPerPoint * 5000,
  );
});
