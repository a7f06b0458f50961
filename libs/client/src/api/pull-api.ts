import {
  decodeMessages,
  MessageSysFlag,
  decompressBody,
  type MessageExt,
} from '@rocket-nest/common';
import {
  decodeHeader,
  encodeHeader,
  PullMessageRequestHeader,
  PullMessageResponseHeader,
  RequestCode,
  ResponseCode,
  type HeaderInit,
} from '@rocket-nest/remoting';
import { responseError, type RpcClient } from '../transport/rpc-client';
import type { PullResult, PullStatus } from './pull-result';

const statusOfCode: ReadonlyMap<number, PullStatus> = new Map<number, PullStatus>([
  [ResponseCode.SUCCESS, 'FOUND'],
  [ResponseCode.PULL_NOT_FOUND, 'NO_NEW_MSG'],
  [ResponseCode.PULL_RETRY_IMMEDIATELY, 'NO_MATCHED_MSG'],
  [ResponseCode.PULL_OFFSET_MOVED, 'OFFSET_ILLEGAL'],
]);

/** The holding at the broker included. */
const LITE_PULL_TIMEOUT_MS = 30_000;

/** Bits of a pull request's sysFlag. */
export const PullSysFlag = {
  COMMIT_OFFSET: 1,
  SUSPEND: 2,
  SUBSCRIPTION: 4,
  LITE_PULL: 16,
} as const;

/** Who waits for a pull. */
export interface PullCall {
  /** The user does: it keeps the process alive. Default false. */
  readonly awaited?: boolean;
  /** Only for a pull that is awaited. */
  readonly signal?: AbortSignal | undefined;
}

/** A pull by somebody who says in each request what is wanted. */
export type SelectivePull = Pick<
  HeaderInit<typeof PullMessageRequestHeader>,
  | 'consumerGroup'
  | 'topic'
  | 'queueId'
  | 'queueOffset'
  | 'maxMsgNums'
  | 'maxMsgBytes'
  | 'expressionType'
  | 'subscription'
  | 'suspendTimeoutMillis'
>;

/** Reads messages of one queue. */
export class PullApi {
  constructor(private readonly rpc: RpcClient) {}

  async pull(
    address: string,
    brokerName: string,
    header: HeaderInit<typeof PullMessageRequestHeader>,
    timeoutMs: number,
    { awaited = false, signal }: PullCall = {},
  ): Promise<PullResult> {
    const lite = (header.sysFlag & PullSysFlag.LITE_PULL) !== 0;
    const response = await this.rpc.invoke(address, {
      code: lite ? RequestCode.LITE_PULL_MESSAGE : RequestCode.PULL_MESSAGE,
      header: encodeHeader(PullMessageRequestHeader, { ...header, bname: brokerName }),
      timeoutMs,
      background: !awaited,
      ...(signal && { signal }),
    });
    const pullStatus = statusOfCode.get(response.code);
    if (pullStatus === undefined)
      throw responseError(address, `pull from ${header.topic}`, response);
    const { suggestWhichBrokerId, nextBeginOffset, minOffset, maxOffset } = decodeHeader(
      PullMessageResponseHeader,
      response,
    );
    const found = pullStatus === 'FOUND' && response.body !== undefined;
    const messages = found
      ? decodeMessages(response.body!, { brokerName, decompressBody: false })
      : [];
    const undecodable = messages.filter((message) => !decompress(message));
    return {
      pullStatus,
      nextBeginOffset,
      minOffset,
      maxOffset,
      suggestWhichBrokerId,
      messages,
      undecodable,
    };
  }

  /** A pull for a lite pull consumer: held at the broker while there is nothing. */
  litePull(address: string, brokerName: string, wanted: SelectivePull): Promise<PullResult> {
    const header = {
      ...wanted,
      sysFlag: PullSysFlag.SUSPEND | PullSysFlag.SUBSCRIPTION | PullSysFlag.LITE_PULL,
      commitOffset: 0,
      subVersion: 0,
    };
    return this.pull(address, brokerName, header, LITE_PULL_TIMEOUT_MS);
  }
}

/** False when the body cannot be decompressed: one bad message must not hold the others up. */
function decompress(message: MessageExt): boolean {
  if ((message.sysFlag & MessageSysFlag.COMPRESSED_FLAG) === 0) return true;
  try {
    message.body = decompressBody(message.body, message.sysFlag);
    return true;
  } catch {
    return false;
  }
}
