import type { Clock, FileSystem, Logger, Random } from '@rocket-nest/common';
import type { ClientTlsOptions } from '@rocket-nest/remoting';
import type { ClientRegistry } from '../instance/client-registry';
import type { ClientTransport } from '../transport/client-transport';
import { AclClientRPCHook, type SessionCredentials } from '../transport/acl-client-rpc-hook';
import type { AddressMapper } from '../transport/address-mapper';
import type { RpcHook } from '../transport/rpc-hook';

/** Options that producers, consumers and admin clients have in common. */
export interface ClientOptions {
  /** Name servers as `host:port;host:port`. Default: environment variable NAMESRV_ADDR. */
  namesrvAddr?: string;
  /**
   * Where the name servers are asked for by HTTP (`http://` or `https://`) while no `namesrvAddr` is
   * given: at start, and every two minutes from then on. The answer is a list as in `namesrvAddr`.
   */
  nameServerAddressUrl?: string;
  /**
   * Tells clients on one machine apart; two members of one group in one process need different ones
   * or different registries. Default: made from process id and time, but `DEFAULT` for a broadcasting
   * consumer, whose local offsets are found again by it.
   */
  instanceName?: string;
  /** A further part of the client id. Default none. */
  unitName?: string;
  /** Put before topics and groups as `namespace%name`, and taken off what is delivered. */
  namespace?: string;
  /** The address in the client id. Default: the first address of this machine that is not loopback. */
  clientIp?: string;
  /** Default 30 000. */
  pollNameServerIntervalMs?: number;
  /** Default 30 000. */
  heartbeatBrokerIntervalMs?: number;
  /** Time-out of requests to name servers and of admin requests to brokers. Default 3000. */
  mqClientApiTimeoutMs?: number;
  /** Time-out of making a connection. Default 3000. */
  connectTimeoutMs?: number;
  /** Send by the broker's VIP port, which is its port - 2. Default false. */
  vipChannelEnabled?: boolean;
  /** Whether open connections keep the process alive. Default false. */
  keepProcessAlive?: boolean;
  /**
   * Connects to name servers and brokers by TLS; `true` with the certificates that Node trusts.
   * Default false.
   */
  tls?: boolean | ClientTlsOptions;
  /** Signs all requests; a function is asked for each of them. Default: unsigned. */
  credentials?: SessionCredentials | (() => SessionCredentials);
  /** Sees every request before it is signed and sent, and every answer. */
  rpcHook?: RpcHook;
  /** Replaces broker addresses that this machine cannot reach. */
  addressMapper?: AddressMapper;
}

/** What a client works with; all have defaults that suit a program. */
export interface ClientDependencies {
  clock?: Clock;
  random?: Random;
  logger?: Logger;
  /** Where a broadcasting consumer keeps its offsets. */
  fileSystem?: FileSystem;
  /** Clients given the same registry share connections, routes and heartbeats. Default: none. */
  registry?: ClientRegistry;
  /** The network. Default: TCP. */
  transport?: () => ClientTransport;
}

/** `ClientOptions` with its defaults. */
export interface ClientSettings {
  readonly namesrvAddr: string;
  readonly instanceName: string | undefined;
  readonly unitName: string | undefined;
  readonly namespace: string | undefined;
  readonly clientIp: string | undefined;
  readonly pollNameServerIntervalMs: number;
  readonly heartbeatBrokerIntervalMs: number;
  readonly mqClientApiTimeoutMs: number;
  readonly connectTimeoutMs: number;
  readonly vipChannelEnabled: boolean;
  readonly keepProcessAlive: boolean;
  readonly tls: ClientTlsOptions | undefined;
  readonly nameServerAddressUrl: string | undefined;
  readonly credentials: ClientOptions['credentials'];
  readonly rpcHooks: readonly RpcHook[];
  readonly addressMapper: AddressMapper | undefined;
}

export function clientSettings(options: ClientOptions): ClientSettings {
  return {
    namesrvAddr: options.namesrvAddr ?? process.env['NAMESRV_ADDR'] ?? '',
    instanceName: options.instanceName,
    unitName: options.unitName,
    namespace: options.namespace,
    clientIp: options.clientIp,
    pollNameServerIntervalMs: options.pollNameServerIntervalMs ?? 30_000,
    heartbeatBrokerIntervalMs: options.heartbeatBrokerIntervalMs ?? 30_000,
    mqClientApiTimeoutMs: options.mqClientApiTimeoutMs ?? 3000,
    connectTimeoutMs: options.connectTimeoutMs ?? 3000,
    vipChannelEnabled: options.vipChannelEnabled ?? false,
    keepProcessAlive: options.keepProcessAlive ?? false,
    tls: options.tls === true ? {} : options.tls || undefined,
    nameServerAddressUrl: options.nameServerAddressUrl,
    credentials: options.credentials,
    rpcHooks: rpcHooksOf(options),
    addressMapper: options.addressMapper,
  };
}

/** In the order they see a request: the signature covers what the others have added. */
function rpcHooksOf({ rpcHook, credentials }: ClientOptions): RpcHook[] {
  const hooks: RpcHook[] = rpcHook ? [rpcHook] : [];
  if (credentials) hooks.push(new AclClientRPCHook(credentials));
  return hooks;
}
