import type { Random } from '@rocket-nest/common';
import { errorMessageOf } from '@rocket-nest/common';
import type { RemotingCommand } from '@rocket-nest/remoting';
import {
  ClusterInfo,
  decodeBody,
  DeleteTopicFromNamesrvRequestHeader,
  encodeHeader,
  GetRouteInfoRequestHeader,
  RequestCode,
  ResponseCode,
  TopicList,
  TopicRouteData,
} from '@rocket-nest/remoting';
import { ClientError } from '../errors/client-error';
import type { NameServerAddressSource } from './name-server-address-source';
import { responseError, type RpcClient, type RpcRequest } from '../transport/rpc-client';

/** Asks the name servers: one at a time, the next one when it does not answer. */
export class NameServerApi {
  private addresses: readonly string[];
  /** Asked while no address is known. */
  private source: Pick<NameServerAddressSource, 'fetch'> | undefined;
  private current = 0;

  constructor(
    namesrvAddr: string,
    private readonly rpc: RpcClient,
    private readonly timeoutMs: number,
    random: Random,
  ) {
    this.addresses = parseNameServerAddresses(namesrvAddr);
    if (this.addresses.length > 1) this.current = random.nextInt(this.addresses.length);
  }

  /** Has the list asked for by HTTP. */
  useSource(source: Pick<NameServerAddressSource, 'fetch'>): void {
    this.source = source;
  }

  /** Takes a new list, from an address server for example. */
  updateAddresses(namesrvAddr: string): void {
    const addresses = parseNameServerAddresses(namesrvAddr);
    if (addresses.length === 0) return;
    const inUse = addresses.indexOf(this.addresses[this.current] ?? '');
    this.addresses = addresses;
    this.current = Math.max(0, inUse);
  }

  /** The list in the order of asking, as text for messages. */
  get description(): string {
    return this.addresses.join(';');
  }

  /**
   * The topic's route, undefined when there is none. A name server that has just started knows no
   * topic until the brokers have told it, so "unknown" is believed only when all agree.
   */
  async topicRoute(topic: string): Promise<TopicRouteData | undefined> {
    const request = {
      code: RequestCode.GET_ROUTEINFO_BY_TOPIC,
      header: encodeHeader(GetRouteInfoRequestHeader, { topic }),
      timeoutMs: this.timeoutMs,
    };
    const response = await this.ask(request, (code) => code !== ResponseCode.TOPIC_NOT_EXIST);
    if (response.code === ResponseCode.TOPIC_NOT_EXIST) return undefined;
    if (response.code !== ResponseCode.SUCCESS) {
      throw responseError(this.description, `look up the route of topic ${topic}`, response);
    }
    return decodeBody(TopicRouteData, response.body);
  }

  async clusterInfo(): Promise<ClusterInfo> {
    const request = { code: RequestCode.GET_BROKER_CLUSTER_INFO, timeoutMs: this.timeoutMs };
    const response = await this.ask(request, () => true);
    if (response.code !== ResponseCode.SUCCESS) {
      throw responseError(this.description, 'look up the clusters', response);
    }
    return decodeBody(ClusterInfo, response.body);
  }

  /** Every topic that some broker has registered. */
  async topicNames(): Promise<readonly string[]> {
    const request = {
      code: RequestCode.GET_ALL_TOPIC_LIST_FROM_NAMESERVER,
      timeoutMs: this.timeoutMs,
    };
    const response = await this.ask(request, () => true);
    if (response.code !== ResponseCode.SUCCESS) {
      throw responseError(this.description, 'list topics', response);
    }
    return decodeBody(TopicList, response.body).topicList;
  }

  /**
   * Has every name server forget the topic, as far as it is served by the cluster (default: by any);
   * rejects when one does not.
   */
  async deleteTopic(topic: string, clusterName?: string): Promise<void> {
    const request = {
      code: RequestCode.DELETE_TOPIC_IN_NAMESRV,
      header: encodeHeader(DeleteTopicFromNamesrvRequestHeader, { topic, clusterName }),
      timeoutMs: this.timeoutMs,
    };
    await Promise.all(
      this.addresses.map((address) => this.rpc.call(address, `delete topic ${topic}`, request)),
    );
  }

  private async ask(
    request: RpcRequest,
    isFinal: (code: number) => boolean,
  ): Promise<RemotingCommand> {
    if (this.addresses.length === 0) await this.source?.fetch();
    if (this.addresses.length === 0) {
      throw new ClientError(
        'NO_NAME_SERVER',
        'no name server address: set namesrvAddr, nameServerAddressUrl or the environment variable ' +
          'NAMESRV_ADDR',
      );
    }
    const tried = this.addresses;
    const first = this.current;
    let refused: RemotingCommand | undefined;
    let failure: unknown;
    for (let step = 0; step < tried.length; step++) {
      const position = (first + step) % tried.length;
      try {
        const response = await this.rpc.invoke(tried[position], request);
        if (isFinal(response.code)) {
          if (tried === this.addresses) this.current = position;
          return response;
        }
        refused ??= response;
      } catch (error) {
        failure = error;
      }
    }
    if (refused) return refused;
    throw new ClientError(
      'NAME_SERVER_UNREACHABLE',
      `no name server answers (asked ${tried.join(', ')}): ${errorMessageOf(failure)}; ` +
        'check that they run and that namesrvAddr is right',
      { cause: failure },
    );
  }
}

/** `a:9876;b:9876` (or with commas) as a list; blanks and a leading `http://` are dropped. */
export function parseNameServerAddresses(namesrvAddr: string): string[] {
  return namesrvAddr
    .split(/[;,]/)
    .map((address) => address.trim().replace(/^https?:\/\//, ''))
    .filter((address) => address.length > 0);
}
