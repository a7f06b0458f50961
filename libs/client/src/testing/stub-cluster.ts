import {
  encodeBody,
  GetConsumerListByGroupResponseBody,
  HeartbeatData,
  decodeBody,
  RequestCode,
  ResponseCode,
  TopicRouteData,
} from '@rocket-nest/remoting';
import { refusal, StubServer, success } from './stub-server';

/** A name server and brokers that answer what every client asks; tests replace single answers. */
export class StubCluster {
  readonly nameServer = new StubServer();
  readonly brokers: StubServer[] = [];
  /** Queues of each broker; a topic that is not here has no route. */
  readonly topics = new Map<string, number>([['T', 4]]);
  /** Addresses told instead of the brokers' own. */
  advertised: string[] | undefined;

  async start(brokerCount: number): Promise<this> {
    await this.nameServer.start();
    this.nameServer.on(RequestCode.GET_ROUTEINFO_BY_TOPIC, (request) => {
      const queues = this.topics.get(request.extField('topic') ?? '');
      if (queues === undefined) return refusal(request, ResponseCode.TOPIC_NOT_EXIST);
      return success(request, {}, encodeBody(TopicRouteData, this.route(queues)));
    });
    for (let index = 0; index < brokerCount; index++) {
      this.brokers.push(this.serve(await new StubServer().start(), index));
    }
    return this;
  }

  get namesrvAddr(): string {
    return this.nameServer.address;
  }

  async stop(): Promise<void> {
    await Promise.all([this.nameServer, ...this.brokers].map((server) => server.stop()));
  }

  private route(queues: number): Parameters<typeof encodeBody<typeof TopicRouteData>>[1] {
    const addresses = this.advertised ?? this.brokers.map((broker) => broker.address);
    return {
      brokerDatas: addresses.map((address, index) => ({
        cluster: 'c',
        brokerName: `broker-${index}`,
        brokerAddrs: new Map([[0, address]]),
      })),
      queueDatas: addresses.map((_, index) => ({
        brokerName: `broker-${index}`,
        perm: 6,
        readQueueNums: queues,
        writeQueueNums: queues,
      })),
    };
  }

  private serve(broker: StubServer, index: number): StubServer {
    const clientIds = new Set<string>();
    let queueOffset = 0;
    return broker
      .on(RequestCode.SEND_MESSAGE_V2, (request) =>
        success(request, {
          msgId: `${index}`.padStart(32, '0'),
          queueId: request.extField('e')!,
          queueOffset: String(queueOffset++),
        }),
      )
      .on(RequestCode.HEART_BEAT, (request) => {
        clientIds.add(decodeBody(HeartbeatData, request.body).clientID);
        return success(request);
      })
      .on(RequestCode.UNREGISTER_CLIENT, (request) => success(request))
      .on(RequestCode.GET_CONSUMER_LIST_BY_GROUP, (request) => {
        const consumerIdList = [...clientIds];
        return success(
          request,
          {},
          encodeBody(GetConsumerListByGroupResponseBody, { consumerIdList }),
        );
      })
      .on(RequestCode.QUERY_CONSUMER_OFFSET, (request) => success(request, { offset: '0' }))
      .on(RequestCode.UPDATE_CONSUMER_OFFSET, (request) => success(request))
      .on(RequestCode.PULL_MESSAGE, () => undefined);
  }
}
