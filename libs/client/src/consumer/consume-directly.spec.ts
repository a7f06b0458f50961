import { createMessage, SystemClock, type MessageExt } from '@rocket-nest/common';
import { consumeDirectly } from './consume-directly';
import type { ConsumeConcurrentlyStatus, ConsumeOrderlyStatus } from './message-listener';

const message = {
  ...createMessage({ topic: 'T', body: 'x' }),
  brokerName: 'b',
  queueId: 1,
} as MessageExt;
const clock = new SystemClock();

describe('consumeDirectly', () => {
  it.each([
    ['CONSUME_SUCCESS', 'CR_SUCCESS'],
    ['RECONSUME_LATER', 'CR_LATER'],
    [undefined, 'CR_RETURN_NULL'],
    ['DONE', 'CR_LATER'],
  ])('tells of a concurrent listener: %s is %s', async (status, consumeResult) => {
    const consumeConcurrently = () => status as ConsumeConcurrentlyStatus;
    expect(await consumeDirectly({ consumeConcurrently }, message, clock)).toMatchObject({
      consumeResult,
      order: false,
      remark: undefined,
    });
  });

  it.each([
    ['SUCCESS', 'CR_SUCCESS'],
    ['SUSPEND_CURRENT_QUEUE_A_MOMENT', 'CR_LATER'],
    ['COMMIT', 'CR_COMMIT'],
    ['ROLLBACK', 'CR_ROLLBACK'],
  ] as const)('tells of an orderly listener: %s is %s', async (status, consumeResult) => {
    const consumeOrderly = () => Promise.resolve<ConsumeOrderlyStatus>(status);
    expect(await consumeDirectly({ consumeOrderly }, message, clock)).toMatchObject({
      consumeResult,
      order: true,
    });
  });

  it('tells what a listener throws', async () => {
    const consumeConcurrently = () => Promise.reject(new Error('as told'));
    expect(await consumeDirectly({ consumeConcurrently }, message, clock)).toMatchObject({
      consumeResult: 'CR_THROW_EXCEPTION',
      remark: 'as told',
    });
  });
});
