import type {
  Connection,
  CustomHeader,
  ExtFieldWriter,
  RemotingCommand,
} from '@rocket-nest/remoting';
import type { PullMessageRequest } from '@rocket-nest/remoting/internal';
import type { MessageFilter } from '@rocket-nest/store';
import type { HeldPull } from '../longpolling/held-pull';

/** What a pull operation needs of its processor. */
export interface PullRunner {
  runAgain(operation: PullOperation): void;
}

/** One pull from its request to its answer, with the wait that may lie between. */
export class PullOperation implements HeldPull, CustomHeader {
  filter: MessageFilter | undefined = undefined;
  topicSysFlag = 0;
  groupSysFlag = 0;
  suggestWhichBrokerId = 0;
  nextBeginOffset = 0;
  minOffset = 0;
  maxOffset = 0;

  /** @param response made while the request was there, filled when the answer is known */
  constructor(
    private readonly runner: PullRunner,
    readonly connection: Connection,
    readonly requestCode: number,
    readonly header: PullMessageRequest,
    readonly response: RemotingCommand,
  ) {}

  get consumerGroup(): string {
    return this.header.consumerGroup;
  }

  get topic(): string {
    return this.header.topic;
  }

  get queueId(): number {
    return this.header.queueId;
  }

  get offset(): number {
    return this.header.queueOffset;
  }

  resume(): void {
    this.runner.runAgain(this);
  }

  writeTo(writer: ExtFieldWriter): void {
    writer.integer('suggestWhichBrokerId', this.suggestWhichBrokerId);
    writer.integer('nextBeginOffset', this.nextBeginOffset);
    writer.integer('minOffset', this.minOffset);
    writer.integer('maxOffset', this.maxOffset);
    writer.integer('topicSysFlag', this.topicSysFlag);
    writer.integer('groupSysFlag', this.groupSysFlag);
  }
}
