import { encodeMessageRecord } from '@rocket-nest/common';
import { RemotingCommand, RequestCode, ResponseCode, type Connection } from '@rocket-nest/remoting';
import type { StubServer } from './stub-server';

export interface StubMessage {
  readonly body: string | Buffer;
  readonly sysFlag?: number;
  readonly properties?: Record<string, string>;
}

/** One queue of a stub broker that answers pulls, holding those at its end. */
export class StubQueue {
  /** The offset of the first record; earlier ones are gone. */
  minOffset = 0;
  private readonly records: Buffer[] = [];
  private held: { connection: Connection; request: RemotingCommand }[] = [];

  constructor(
    broker: StubServer,
    readonly topic = 'T',
    readonly queueId = 0,
  ) {
    for (const code of [RequestCode.PULL_MESSAGE, RequestCode.LITE_PULL_MESSAGE]) {
      broker.on(code, (request, connection) => {
        const own =
          request.extField('topic') === topic && request.extField('queueId') === String(queueId);
        return own ? this.pull(request, connection) : undefined;
      });
    }
  }

  get maxOffset(): number {
    return this.minOffset + this.records.length;
  }

  add(...messages: (string | StubMessage)[]): void {
    for (const given of messages) {
      const message = typeof given === 'string' ? { body: given } : given;
      const queueOffset = this.maxOffset;
      this.records.push(
        encodeMessageRecord({
          topic: this.topic,
          queueId: this.queueId,
          queueOffset,
          commitLogOffset: 1000 + queueOffset,
          body: Buffer.from(message.body),
          sysFlag: message.sysFlag ?? 0,
          properties: new Map(Object.entries(message.properties ?? {})),
          storeHost: '127.0.0.1:10911',
          bornHost: '127.0.0.1:5000',
        }),
      );
    }
    const held = this.held;
    this.held = [];
    for (const { connection, request } of held) {
      const answer = this.pull(request, connection);
      if (answer) connection.respond(answer);
    }
  }

  private pull(request: RemotingCommand, connection: Connection): RemotingCommand | undefined {
    const offset = Number(request.extField('queueOffset'));
    if (offset < this.minOffset || offset > this.maxOffset) {
      return this.answer(request, ResponseCode.PULL_OFFSET_MOVED, this.minOffset);
    }
    const found = this.records.slice(offset - this.minOffset).slice(0, 32);
    if (found.length === 0) {
      this.held.push({ connection, request });
      return undefined;
    }
    const answer = this.answer(request, ResponseCode.SUCCESS, offset + found.length);
    answer.body = Buffer.concat(found);
    return answer;
  }

  private answer(request: RemotingCommand, code: number, next: number): RemotingCommand {
    const answer = RemotingCommand.createResponse(request, code);
    const fields = {
      suggestWhichBrokerId: '0',
      nextBeginOffset: String(next),
      minOffset: String(this.minOffset),
      maxOffset: String(this.maxOffset),
    };
    answer.extFields = new Map(Object.entries(fields));
    return answer;
  }
}
