import { bodyCrc } from '@rocket-nest/common';
import type { Clock, DataVersion, Logger, Timer, TopicConfig } from '@rocket-nest/common';
import {
  KVTable,
  QueryDataVersionRequestHeader,
  QueryDataVersionResponseHeader,
  RegisterBrokerRequestHeader,
  RemotingCommand,
  RequestCode,
  ResponseCode,
  UnRegisterBrokerRequestHeader,
  decodeBody,
  decodeHeader,
  encodeHeader,
} from '@rocket-nest/remoting';
import type { RemotingClient, TopicQueueMappingDetail } from '@rocket-nest/remoting';
import { textInSlices } from './background/json-table-file';
import { BrokerError } from './broker-error';
import type { BrokerCounters } from './broker-counters';
import type { BrokerConfig } from './config/broker-config';
import { NameServerRegistrar } from './outer/name-server-registrar';
import { registerBrokerBodyChunks } from './outer/register-broker-body';

const MIN_REGISTER_PERIOD_MS = 10_000;
const MAX_REGISTER_PERIOD_MS = 60_000;
const UNREGISTER_TIMEOUT_MS = 3_000;
const QUERY_TIMEOUT_MS = 3_000;

/** What name servers know this broker by. */
export interface BrokerIdentity {
  readonly clusterName: string;
  readonly brokerName: string;
  readonly brokerId: number;
  readonly brokerAddr: string;
  readonly haServerAddr: string;
}

export interface BrokerOuterApiDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly counters: BrokerCounters;
  readonly client: RemotingClient;
  readonly identity: () => BrokerIdentity;
  readonly topics: () => Iterable<Readonly<TopicConfig>>;
  readonly dataVersion: () => DataVersion;
  /** Static topics by name. */
  readonly mappings: () => ReadonlyMap<string, TopicQueueMappingDetail>;
  readonly mappingDataVersion: () => DataVersion;
  /** Told of the name server's order configuration, topic -> text. */
  readonly onOrderTopicConfig: (orderTopics: ReadonlyMap<string, string>) => void;
}

/**
 * What the broker says to name servers: registers at each of them at start, at an interval and when
 * topics change, and unregisters at shutdown. A name server that is down delays nobody.
 */
export class BrokerOuterApi {
  private registrars: NameServerRegistrar[] = [];
  private timer: Timer | undefined;
  private readonly registeredAt = new Set<string>();
  private readonly waiting: (() => void)[] = [];

  constructor(
    private readonly config: BrokerConfig,
    private readonly deps: BrokerOuterApiDeps,
  ) {
    this.setNameServers(config.namesrvAddr);
    deps.client.onConnectionClosed((address) => {
      this.registeredAt.delete(address);
      this.registrars.find((registrar) => registrar.address === address)?.onConnectionClosed();
    });
  }

  get nameServerAddressList(): string[] {
    return this.registrars.map((registrar) => registrar.address);
  }

  /** Begins to register; does not wait for name servers. */
  start(): void {
    const { registerNameServerPeriod } = this.config;
    const periodMs = Math.max(
      MIN_REGISTER_PERIOD_MS,
      Math.min(registerNameServerPeriod, MAX_REGISTER_PERIOD_MS),
    );
    this.registerBrokerAll();
    this.timer ??= this.deps.clock.every(periodMs, () => this.registerBrokerAll());
  }

  /** Leaves every name server; one that does not answer is left to notice by itself. */
  async shutdown(): Promise<void> {
    this.timer?.cancel();
    this.timer = undefined;
    for (const registrar of this.registrars) registrar.stop();
    await Promise.all(this.nameServerAddressList.map((address) => this.unregister(address)));
    for (const resolve of this.waiting.splice(0)) resolve();
  }

  /** Sends all topics to all name servers, in the background. */
  registerBrokerAll(): void {
    for (const registrar of this.registrars) registrar.registerAll();
  }

  /** Sends topics that changed to all name servers, in the background. */
  registerTopics(topics: readonly TopicConfig[]): void {
    if (!this.timer) return;
    for (const registrar of this.registrars) registrar.registerTopics(topics);
  }

  /** Replaces the name servers (`host:port;host:port`); those that stay keep their state. */
  updateNameServerAddressList(text: string): void {
    this.setNameServers(text);
    if (this.timer) this.registerBrokerAll();
  }

  /** Resolves once a name server has taken a registration (at once when there are none). */
  whenRegistered(): Promise<void> {
    if (this.registeredAt.size > 0 || this.registrars.length === 0) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  private setNameServers(text: string): void {
    const addresses = new Set(
      text
        .split(/[;,\s]+/)
        .map((address) => address.trim())
        .filter((address) => address !== ''),
    );
    const kept = this.registrars.filter((registrar) => addresses.has(registrar.address));
    for (const registrar of this.registrars) if (!kept.includes(registrar)) registrar.stop();
    const known = new Set(kept.map((registrar) => registrar.address));
    const added = [...addresses].filter((address) => !known.has(address));
    this.registrars = [...kept, ...added.map((address) => this.registrarFor(address))];
  }

  private registrarFor(address: string): NameServerRegistrar {
    const { clock, logger } = this.deps;
    return new NameServerRegistrar(address, {
      clock,
      logger,
      registerAll: (to) => this.registerAllAt(to),
      registerTopics: (to, topics) => this.register(to, topics),
    });
  }

  private async registerAllAt(address: string): Promise<void> {
    if (!this.config.forceRegister && !(await this.needsRegistration(address))) return;
    await this.register(address, this.deps.topics());
  }

  private async needsRegistration(address: string): Promise<boolean> {
    const { clusterName, brokerName, brokerId, brokerAddr } = this.deps.identity();
    const { counter, stateVersion, timestamp } = this.deps.dataVersion();
    const header = { clusterName, brokerName, brokerId, brokerAddr };
    const request = RemotingCommand.createRequest(
      RequestCode.QUERY_DATA_VERSION,
      encodeHeader(QueryDataVersionRequestHeader, header),
      Buffer.from(JSON.stringify({ counter, stateVersion, timestamp })),
    );
    const response = await this.deps.client.invoke(address, request, QUERY_TIMEOUT_MS);
    if (response.code !== ResponseCode.SUCCESS) return true;
    return decodeHeader(QueryDataVersionResponseHeader, response).changed !== false;
  }

  private async register(address: string, topics: Iterable<Readonly<TopicConfig>>): Promise<void> {
    const { deps } = this;
    const { brokerPermission, registerBrokerTimeoutMills } = this.config;
    try {
      const chunks = registerBrokerBodyChunks({
        dataVersion: deps.dataVersion(),
        topics,
        mappings: deps.mappings(),
        mappingDataVersion: deps.mappingDataVersion(),
        brokerPermission,
      });
      const body = await textInSlices(deps.clock, chunks);
      const request = RemotingCommand.createRequest(
        RequestCode.REGISTER_BROKER,
        encodeHeader(RegisterBrokerRequestHeader, {
          ...deps.identity(),
          enableActingMaster: false,
          compressed: false,
          bodyCrc32: bodyCrc(body),
        }),
        body,
      );
      const response = await deps.client.invoke(address, request, registerBrokerTimeoutMills);
      if (response.code !== ResponseCode.SUCCESS) throw refused(address, response);
      this.noteRegistered(address, response);
    } catch (error) {
      deps.counters.registrationFailures++;
      throw error;
    }
  }

  private noteRegistered(address: string, response: RemotingCommand): void {
    this.deps.counters.registrations++;
    this.registeredAt.add(address);
    for (const resolve of this.waiting.splice(0)) resolve();
    if (!response.body || response.body.length === 0) return;
    const orderTopics = decodeBody(KVTable, response.body).table;
    if (orderTopics.size > 0) this.deps.onOrderTopicConfig(orderTopics);
  }

  private async unregister(address: string): Promise<void> {
    if (!this.deps.client.isConnected(address)) return;
    const { clusterName, brokerName, brokerId, brokerAddr } = this.deps.identity();
    const request = RemotingCommand.createRequest(
      RequestCode.UNREGISTER_BROKER,
      encodeHeader(UnRegisterBrokerRequestHeader, {
        clusterName,
        brokerName,
        brokerId,
        brokerAddr,
      }),
    );
    try {
      await this.deps.client.invoke(address, request, UNREGISTER_TIMEOUT_MS);
    } catch (error) {
      this.deps.logger.info('a name server was not told of the shutdown', {
        namesrvAddr: address,
        error,
      });
    }
  }
}

function refused(address: string, response: RemotingCommand): BrokerError {
  return new BrokerError(
    'REGISTRATION_REFUSED',
    `the name server ${address} refused the registration: ${response.remark ?? response.code}`,
  );
}
