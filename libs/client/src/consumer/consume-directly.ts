import { errorMessageOf, type Clock, type MessageExt } from '@rocket-nest/common';
import type { ConsumeMessageDirectlyResult } from '@rocket-nest/remoting';
import { isOrderlyListener, type MessageListener } from './message-listener';

type CMResult = ConsumeMessageDirectlyResult['consumeResult'];

/** What administrators are told of each status. */
const resultOfStatus: Readonly<Record<string, CMResult>> = {
  CONSUME_SUCCESS: 'CR_SUCCESS',
  RECONSUME_LATER: 'CR_LATER',
  SUCCESS: 'CR_SUCCESS',
  SUSPEND_CURRENT_QUEUE_A_MOMENT: 'CR_LATER',
  COMMIT: 'CR_COMMIT',
  ROLLBACK: 'CR_ROLLBACK',
};

/** Hands one message to a listener because an administrator wants it; offsets stay as they are. */
export async function consumeDirectly(
  listener: MessageListener,
  message: MessageExt,
  clock: Pick<Clock, 'monotonicNow'>,
): Promise<ConsumeMessageDirectlyResult> {
  const { topic, brokerName, queueId } = message;
  const messageQueue = { topic, brokerName, queueId };
  const order = isOrderlyListener(listener);
  const startMs = clock.monotonicNow();
  let consumeResult: CMResult;
  let remark: string | undefined;
  try {
    const status: unknown = order
      ? await listener.consumeOrderly([message], {
          messageQueue,
          autoCommit: true,
          suspendCurrentQueueTimeMs: -1,
        })
      : await listener.consumeConcurrently([message], {
          messageQueue,
          delayLevelWhenNextConsume: 0,
          ackIndex: 0,
        });
    const none = status === null || status === undefined;
    consumeResult = none ? 'CR_RETURN_NULL' : (resultOfStatus[String(status)] ?? 'CR_LATER');
  } catch (error) {
    consumeResult = 'CR_THROW_EXCEPTION';
    remark = errorMessageOf(error);
  }
  const spentTimeMills = Math.round(clock.monotonicNow() - startMs);
  return { autoCommit: true, order, consumeResult, remark, spentTimeMills };
}
