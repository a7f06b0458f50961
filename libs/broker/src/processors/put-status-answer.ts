import { ResponseCode } from '@rocket-nest/remoting';
import { PutMessageStatus } from '@rocket-nest/store';
import type { PutMessageResult } from '@rocket-nest/store';

/** True when the message is stored, if perhaps not as safely as asked for. */
export function isStored(status: PutMessageStatus): boolean {
  return (
    status === PutMessageStatus.PUT_OK ||
    status === PutMessageStatus.FLUSH_DISK_TIMEOUT ||
    status === PutMessageStatus.FLUSH_SLAVE_TIMEOUT ||
    status === PutMessageStatus.SLAVE_NOT_AVAILABLE
  );
}

/** The response code that tells a producer what became of its message. */
export function responseCodeOf(status: PutMessageStatus): number {
  switch (status) {
    case PutMessageStatus.PUT_OK:
      return ResponseCode.SUCCESS;
    case PutMessageStatus.FLUSH_DISK_TIMEOUT:
      return ResponseCode.FLUSH_DISK_TIMEOUT;
    case PutMessageStatus.FLUSH_SLAVE_TIMEOUT:
      return ResponseCode.FLUSH_SLAVE_TIMEOUT;
    case PutMessageStatus.SLAVE_NOT_AVAILABLE:
      return ResponseCode.SLAVE_NOT_AVAILABLE;
    case PutMessageStatus.MESSAGE_ILLEGAL:
    case PutMessageStatus.PROPERTIES_SIZE_EXCEEDED:
    case PutMessageStatus.WHEEL_TIMER_MSG_ILLEGAL:
      return ResponseCode.MESSAGE_ILLEGAL;
    case PutMessageStatus.SERVICE_NOT_AVAILABLE:
      return ResponseCode.SERVICE_NOT_AVAILABLE;
    case PutMessageStatus.OS_PAGE_CACHE_BUSY:
      return ResponseCode.SYSTEM_BUSY;
    case PutMessageStatus.LMQ_CONSUME_QUEUE_NUM_EXCEEDED:
      return ResponseCode.LMQ_QUOTA_EXCEEDED;
    default:
      return ResponseCode.SYSTEM_ERROR;
  }
}

/** What went wrong and what to do about it, for the producer's log. */
export function remarkOf(result: PutMessageResult, maxMessageSizeBytes: number): string {
  if (result.problem !== undefined) return result.problem;
  switch (result.status) {
    case PutMessageStatus.MESSAGE_ILLEGAL:
    case PutMessageStatus.PROPERTIES_SIZE_EXCEEDED:
      return `the message is too large: a body may have ${maxMessageSizeBytes} bytes and its properties 32767`;
    case PutMessageStatus.SERVICE_NOT_AVAILABLE:
      return 'this broker takes no messages now: its disk is full, it is a slave, or it is stopping';
    case PutMessageStatus.OS_PAGE_CACHE_BUSY:
      return 'too much is waiting for the disk: send again later';
    case PutMessageStatus.WHEEL_TIMER_NOT_ENABLE:
      return 'this broker delivers delay levels only, not messages timed to the second';
    default:
      return result.status;
  }
}
