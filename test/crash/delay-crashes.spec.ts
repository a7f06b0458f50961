import { SeededRandom } from '@rocket-nest/common';
import { CrashChain, crashesPerPoint, crashSeed } from './crash-chain';
import { aroundFile, aroundRecord } from './crash-points';
import { DelayLoad } from './delay-load';

const properties = {
  mappedFileSizeCommitLog: 1 << 22,
  maxMessageSize: 1 << 18,
  maxHashSlotNum: 1000,
  maxIndexNum: 100_000,
  messageDelayLevel: '1s',
  flushDelayOffsetInterval: 50,
};

const points = [
  ...aroundRecord('the delayed write', { topic: 'SCHEDULE_TOPIC_XXXX' }),
  ...aroundRecord('the delivery write', { topic: 'crash-delay' }),
  ...aroundFile('the delay offsets are written', 'delayOffset.json'),
];

describe(`kill -9 amid delays, ${crashesPerPoint} times at a point`, () => {
  it.each(points)(
    `%s: each is delivered in time, again only past the written progress (CRASH_SEED=${crashSeed})`,
    async (_name, point) => {
      const load = new DelayLoad();
      const chain = new CrashChain(properties);
      try {
        await chain.run(point, load, new SeededRandom(crashSeed));
      } finally {
        await chain.end();
      }
      expect(load.problems).toEqual([]);
    },
    60_000 + crashesPerPoint * 5000,
  );
});
