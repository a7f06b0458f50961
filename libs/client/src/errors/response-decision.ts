import type { ClientErrorCode } from './client-error-code';

/** What a refused request means for the next step. */
export interface ResponseDecision {
  readonly errorCode: ClientErrorCode;
  /** The same request may succeed when it is tried again, on another broker where there is one. */
  readonly retry: boolean;
  /** The route this client holds is out of date. */
  readonly refreshRoute: boolean;
  /** What the reader of the error can do; ends the message. */
  readonly advice: string;
}

const decide = (
  errorCode: ClientErrorCode,
  advice: string,
  flags: { retry?: boolean; refreshRoute?: boolean } = {},
): ResponseDecision => ({
  errorCode,
  advice,
  retry: flags.retry ?? false,
  refreshRoute: flags.refreshRoute ?? false,
});

const busy = decide('BROKER_BUSY', 'try again later', { retry: true });
const restarting = decide('CONNECTION_FAILED', 'the broker is stopping; another one may serve', {
  retry: true,
  refreshRoute: true,
});
const wrongUnit = decide('BROKER_ERROR', 'the message belongs to another unit', { retry: true });

/** By response code; `retry` holds for the codes that the Java producer tries again, and only them. */
const decisions: ReadonlyMap<number, ResponseDecision> = new Map([
  [1, decide('BROKER_ERROR', 'see the log of the broker', { retry: true })],
  [2, busy],
  [3, decide('NOT_SUPPORTED', 'the server is too old, or another kind of server')],
  [13, decide('MESSAGE_ILLEGAL', 'check size, properties and delay level of the message')],
  [
    14,
    decide('BROKER_BUSY', 'the broker does not accept messages now: a slave, stopping or full', {
      retry: true,
    }),
  ],
  [
    16,
    decide('NO_PERMISSION', 'check the permission of broker, topic, group and access key', {
      retry: true,
    }),
  ],
  [
    17,
    decide('TOPIC_NOT_EXIST', 'create the topic or enable autoCreateTopicEnable on the brokers', {
      retry: true,
      refreshRoute: true,
    }),
  ],
  [22, decide('NOT_FOUND', 'nothing is stored there')],
  [23, decide('SUBSCRIPTION_ILLEGAL', 'correct the filter expression')],
  [24, decide('BROKER_ERROR', 'the next heartbeat registers the subscription')],
  [25, decide('BROKER_ERROR', 'the next heartbeat registers the subscription')],
  [
    26,
    decide(
      'GROUP_NOT_EXIST',
      'create the group or enable autoCreateSubscriptionGroup on the brokers',
    ),
  ],
  [29, decide('OPTION_ILLEGAL', 'correct the parameters')],
  [204, wrongUnit],
  [205, wrongUnit],
  [215, busy],
  [501, decide('BROKER_ERROR', 'the queue moved to another broker', { refreshRoute: true })],
  [1500, restarting],
]);

const unknown = decide('BROKER_ERROR', 'see the log of the broker');

/** The decision for a response code that is not a success. */
export function decisionOf(responseCode: number): ResponseDecision {
  return decisions.get(responseCode) ?? unknown;
}
