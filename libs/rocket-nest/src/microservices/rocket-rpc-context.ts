import { BaseRpcContext } from '@nestjs/microservices';
import { keysOf, tagOf, type MessageExt } from '@rocket-nest/common';

/** What `@Ctx()` gives a handler: the message as it was delivered. */
export class RocketRpcContext extends BaseRpcContext<[message: MessageExt, pattern: string]> {
  getMessage(): MessageExt {
    return this.args[0];
  }

  getPattern(): string {
    return this.args[1];
  }

  getTopic(): string {
    return this.getMessage().topic;
  }

  getTag(): string | undefined {
    return tagOf(this.getMessage());
  }

  getKeys(): string[] {
    return keysOf(this.getMessage());
  }

  /** A message property. */
  getHeader(name: string): string | undefined {
    return this.getMessage().properties.get(name);
  }
}
