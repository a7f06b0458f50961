/** Every code a `ClientError` can carry. Judge errors by these, not by class or message. */
export type ClientErrorCode =
  /** No name server address was given. */
  | 'NO_NAME_SERVER'
  /** None of the name servers answered. */
  | 'NAME_SERVER_UNREACHABLE'
  /** The name servers know no route for the topic. */
  | 'NO_ROUTE'
  /** The topic has a route, but no queue that may be written. */
  | 'NO_WRITABLE_QUEUE'
  /** The route names no address for the broker that is needed. */
  | 'BROKER_NOT_FOUND'
  /** The connection could not be made, or broke before the answer. */
  | 'CONNECTION_FAILED'
  /** No answer within the time given. */
  | 'REQUEST_TIMEOUT'
  /** The caller's AbortSignal fired. */
  | 'ABORTED'
  /** The broker has no room or no time for the request now. */
  | 'BROKER_BUSY'
  /** The broker refuses this client, topic or group. */
  | 'NO_PERMISSION'
  /** The broker knows no such topic. */
  | 'TOPIC_NOT_EXIST'
  /** The broker knows no such consumer group. */
  | 'GROUP_NOT_EXIST'
  /** What was asked for is not there. */
  | 'NOT_FOUND'
  /** The broker does not know the request. */
  | 'NOT_SUPPORTED'
  /** Any other refusal; `responseCode` has the number. */
  | 'BROKER_ERROR'
  /** An answer that breaks the protocol. */
  | 'BAD_RESPONSE'
  /** The message breaks a rule: empty, wrong names, reserved topic. */
  | 'MESSAGE_ILLEGAL'
  /** The body is above `maxMessageSizeBytes`. */
  | 'MESSAGE_TOO_LARGE'
  /** The messages of a batch do not fit together. */
  | 'BATCH_ILLEGAL'
  /** Every try to send failed; `cause` is the last failure. */
  | 'SEND_FAILED'
  /** The time of a send, all tries together, is over. */
  | 'SEND_TIMEOUT'
  /** More sends wait than `maxWaitingSends` allows. */
  | 'PRODUCER_BUSY'
  /** The transport holds as many unanswered requests as it may. */
  | 'TOO_MANY_IN_FLIGHT'
  /** The transaction was ended otherwise before. */
  | 'TRANSACTION_ENDED'
  /** A wrong group name, or one that is in use in this client. */
  | 'GROUP_ILLEGAL'
  | 'TOPIC_ILLEGAL'
  | 'SUBSCRIPTION_ILLEGAL'
  /** An option of the constructor is wrong. */
  | 'OPTION_ILLEGAL'
  /** Called before `start` or after `shutdown`. */
  | 'NOT_RUNNING'
  /** `start` was called twice. */
  | 'ALREADY_STARTED';
