import { errorCodeOf, errorMessageOf } from '@rocket-nest/common';
import {
  RemotingCommand,
  ResponseCode,
  type Connection,
  type CustomHeader,
} from '@rocket-nest/remoting';
import { ClientError } from '../errors/client-error';
import type { ClientErrorCode } from '../errors/client-error-code';
import { decisionOf } from '../errors/response-decision';
import type { AddressMapper } from './address-mapper';
import type { ClientTransport } from './client-transport';
import type { RpcHook } from './rpc-hook';

/** What one request needs besides its destination. */
export interface RpcRequest {
  readonly code: number;
  readonly header?: Map<string, string> | CustomHeader;
  readonly body?: Buffer;
  readonly remark?: string | undefined;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
  /** Does not keep the process alive while it waits; takes no signal. Default false. */
  readonly background?: boolean;
}

const codeOfTransportError: ReadonlyMap<string, ClientErrorCode> = new Map([
  ['TIMEOUT', 'REQUEST_TIMEOUT'],
  ['ABORTED', 'ABORTED'],
  ['TOO_MANY_IN_FLIGHT', 'TOO_MANY_IN_FLIGHT'],
  ['SHUT_DOWN', 'NOT_RUNNING'],
  ['CONNECT_FAILED', 'CONNECTION_FAILED'],
  ['SEND_FAILED', 'CONNECTION_FAILED'],
  ['CONNECTION_CLOSED', 'CONNECTION_FAILED'],
]);

/** The one door through which requests leave: address mapping, hook and errors happen here. */
export class RpcClient {
  constructor(
    private readonly transport: ClientTransport,
    private readonly mapAddress: AddressMapper | undefined,
    private readonly hooks: readonly RpcHook[],
  ) {}

  /** Resolves with the answer whatever its code is. */
  async invoke(address: string, request: RpcRequest): Promise<RemotingCommand> {
    const command = commandOf(request);
    for (const hook of this.hooks) hook.beforeRequest?.(address, command);
    let response: RemotingCommand;
    try {
      response = await this.send(this.reachable(address), command, request);
    } catch (error) {
      throw transportError(address, error);
    }
    for (const hook of this.hooks) hook.afterResponse?.(address, command, response);
    return response;
  }

  /** Like `invoke`, but rejects unless the answer's code is SUCCESS. */
  async call(address: string, what: string, request: RpcRequest): Promise<RemotingCommand> {
    const response = await this.invoke(address, request);
    if (response.code !== ResponseCode.SUCCESS) throw responseError(address, what, response);
    return response;
  }

  async invokeOneway(address: string, request: Omit<RpcRequest, 'timeoutMs'>): Promise<void> {
    const command = commandOf(request);
    command.markOneway();
    for (const hook of this.hooks) hook.beforeRequest?.(address, command);
    try {
      await this.transport.invokeOneway(this.reachable(address), command);
    } catch (error) {
      throw transportError(address, error);
    }
  }

  /** Answers a broker's oneway question, where no address for it is known. */
  invokeOnewayBy(connection: Connection, request: Omit<RpcRequest, 'timeoutMs'>): void {
    const command = commandOf(request);
    for (const hook of this.hooks) hook.beforeRequest?.(connection.remoteAddress, command);
    connection.invokeOneway(command);
  }

  private send(
    address: string,
    command: RemotingCommand,
    { timeoutMs, signal, background }: RpcRequest,
  ): Promise<RemotingCommand> {
    if (!background) return this.transport.invoke(address, command, timeoutMs, signal);
    return new Promise((onResponse, onError) => {
      this.transport.invokeCallback(address, command, timeoutMs, { onResponse, onError });
    });
  }

  /** The address that the transport knows for one that a server named. */
  reachable(address: string): string {
    return this.mapAddress ? this.mapAddress(address) : address;
  }
}

function commandOf({ code, header, body, remark }: Omit<RpcRequest, 'timeoutMs'>): RemotingCommand {
  const command = new RemotingCommand(code);
  command.remark = remark;
  if (header) {
    if ('writeTo' in header) command.customHeader = header;
    else command.extFields = header;
  }
  command.body = body;
  return command;
}

function transportError(address: string, error: unknown): ClientError {
  const code = codeOfTransportError.get(errorCodeOf(error) ?? '') ?? 'CONNECTION_FAILED';
  return new ClientError(code, `${address}: ${errorMessageOf(error)}`, { cause: error });
}

/** The error for an answer that refuses; `what` ends the sentence "could not ...". */
export function responseError(
  address: string,
  what: string,
  response: RemotingCommand,
): ClientError {
  const decision = decisionOf(response.code);
  const remark = response.remark ? `: ${response.remark}` : '';
  return new ClientError(
    decision.errorCode,
    `could not ${what}: ${address} answered ${response.code}${remark} (${decision.advice})`,
    { responseCode: response.code },
  );
}
