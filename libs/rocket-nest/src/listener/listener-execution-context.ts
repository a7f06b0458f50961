import type { ExecutionContext, Type } from '@nestjs/common';
import { ROCKET_CONTEXT_TYPE } from '../rocket.constants';

type Handler = ReturnType<ExecutionContext['getHandler']>;

/** What interceptors see of a call: its class, its method, and body and context as arguments. */
export class ListenerExecutionContext implements ExecutionContext {
  private type: string = ROCKET_CONTEXT_TYPE;

  constructor(
    private readonly args: unknown[],
    private readonly metatype: unknown,
    private readonly handler: unknown,
  ) {}

  getClass<T>(): Type<T> {
    return this.metatype as Type<T>;
  }

  getHandler(): Handler {
    return this.handler as Handler;
  }

  getArgs<T extends unknown[]>(): T {
    return this.args as T;
  }

  getArgByIndex<T>(index: number): T {
    return this.args[index] as T;
  }

  getType<T extends string>(): T {
    return this.type as T;
  }

  setType(type: string): void {
    if (type) this.type = type;
  }

  switchToRpc(): ReturnType<ExecutionContext['switchToRpc']> {
    return {
      getData: <T>() => this.getArgByIndex<T>(0),
      getContext: <T>() => this.getArgByIndex<T>(1),
    };
  }

  switchToHttp(): ReturnType<ExecutionContext['switchToHttp']> {
    return {
      getRequest: <T>() => this.getArgByIndex<T>(0),
      getResponse: <T>() => this.getArgByIndex<T>(1),
      getNext: <T>() => this.getArgByIndex<T>(2),
    };
  }

  switchToWs(): ReturnType<ExecutionContext['switchToWs']> {
    return {
      getClient: <T>() => this.getArgByIndex<T>(0),
      getData: <T>() => this.getArgByIndex<T>(1),
      getPattern: () => '',
    };
  }
}
