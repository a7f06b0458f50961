import { MixAll } from '@rocket-nest/common';
import {
  QueryMessageRequestHeader,
  RemotingCommand,
  ResponseCode,
  ViewMessageRequestHeader,
  decodeHeader,
} from '@rocket-nest/remoting';
import { IndexType } from '@rocket-nest/store';
import type { BrokerContext, RequestProcessor } from '../broker-context';

/** Messages by key and by position (12, 33). */
export class QueryMessageProcessor {
  constructor(private readonly broker: BrokerContext) {}

  /** QUERY_MESSAGE (12): by key, unique key or tag within a time; the records follow one another. */
  readonly queryMessage: RequestProcessor = async (connection, request) => {
    const header = decodeHeader(QueryMessageRequestHeader, request);
    const isUniqueKey = request.extField(MixAll.UNIQUE_MSG_QUERY_FLAG) === 'true';
    const maxNum = this.broker.messageStore.config.defaultQueryMaxNum;
    const result = await this.broker.messageStore.queryMessage(
      header.topic,
      header.key,
      isUniqueKey ? maxNum : Math.max(0, Math.min(header.maxNum, MAX_QUERY_MESSAGES)),
      header.beginTimestamp,
      header.endTimestamp,
      indexTypeOf(header.indexType, isUniqueKey),
    );
    const found = result.records.length > 0;
    const response = RemotingCommand.createResponse(
      request,
      found ? ResponseCode.SUCCESS : ResponseCode.QUERY_NOT_FOUND,
      found ? undefined : 'can not find message, maybe time range not correct',
    );
    response.extFields.set('indexLastUpdateTimestamp', String(result.indexLastUpdateTimestamp));
    response.extFields.set('indexLastUpdatePhyoffset', String(result.indexLastUpdatePhyoffset));
    connection.respond(response, result.records);
    return undefined;
  };

  /** VIEW_MESSAGE_BY_ID (33): the record at a position of the commit log. */
  readonly viewMessageById: RequestProcessor = async (_connection, request) => {
    const { offset } = decodeHeader(ViewMessageRequestHeader, request);
    const record = await this.broker.messageStore.lookMessageByOffset(offset);
    if (!record) {
      return RemotingCommand.createResponse(
        request,
        ResponseCode.SYSTEM_ERROR,
        `can not find message by the offset, ${offset}`,
      );
    }
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = record;
    return response;
  };
}

/** Most messages one query answers, whatever the client asks for. */
const MAX_QUERY_MESSAGES = 256;

function indexTypeOf(text: string | undefined, isUniqueKey: boolean): IndexType {
  if (text === IndexType.TAG) return IndexType.TAG;
  if (text === IndexType.UNIQUE || isUniqueKey) return IndexType.UNIQUE;
  return IndexType.KEY;
}
