import {
  encodeBody,
  encodeHeader,
  HeartbeatData,
  RequestCode,
  UnregisterClientRequestHeader,
} from '@rocket-nest/remoting';
import type { RpcClient } from '../transport/rpc-client';

/** Tells brokers who is here. */
export class MembershipApi {
  constructor(
    private readonly rpc: RpcClient,
    private readonly timeoutMs: number,
  ) {}

  async heartbeat(address: string, heartbeat: HeartbeatData): Promise<void> {
    await this.rpc.call(address, 'send a heartbeat', {
      code: RequestCode.HEART_BEAT,
      body: encodeBody(HeartbeatData, heartbeat),
      timeoutMs: this.timeoutMs,
    });
  }

  async unregister(
    address: string,
    clientID: string,
    groups: { producerGroup?: string; consumerGroup?: string },
  ): Promise<void> {
    await this.rpc.call(address, `unregister ${clientID}`, {
      code: RequestCode.UNREGISTER_CLIENT,
      header: encodeHeader(UnregisterClientRequestHeader, { clientID, ...groups }),
      timeoutMs: this.timeoutMs,
    });
  }
}
