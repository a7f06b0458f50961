import { decodeMessageId } from '@rocket-nest/common';
import {
  RemotingCommand,
  ResponseCode,
  ResumeCheckHalfMessageRequestHeader,
  decodeHeader,
} from '@rocket-nest/remoting';
import type { BrokerContext, RequestProcessor } from '../broker-context';

/**
 * RESUME_CHECK_HALF_MESSAGE (323): an operator has a transaction checked again that was given up.
 * The message is named by its offset message id, in TRANS_CHECK_MAX_TIME_TOPIC or the half topic.
 */
export class ResumeCheckHalfMessageProcessor {
  constructor(private readonly context: BrokerContext) {}

  readonly resumeCheckHalfMessage: RequestProcessor = async (_connection, request) => {
    const { msgId } = decodeHeader(ResumeCheckHalfMessageRequestHeader, request);
    const { transactionalMessageService } = this.context;
    if (msgId === undefined || !transactionalMessageService) {
      const remark = 'the field msgId is missing: give the offset message id of the half message';
      return RemotingCommand.createResponse(request, ResponseCode.SYSTEM_ERROR, remark);
    }
    const { offset } = decodeMessageId(msgId);
    const { code, remark } = await transactionalMessageService.resumeCheck(offset);
    return RemotingCommand.createResponse(request, code, remark);
  };
}
