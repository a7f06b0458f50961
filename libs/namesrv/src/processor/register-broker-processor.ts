import { bodyCrc, MixAll } from '@rocket-nest/common';
import {
  decodeHeader,
  encodeBody,
  encodeHeader,
  KVTable,
  RegisterBrokerRequestHeader,
  RegisterBrokerResponseHeader,
  RemotingCommand,
  ResponseCode,
  type Connection,
} from '@rocket-nest/remoting';
import { ORDER_TOPIC_CONFIG, type KVConfigManager } from '../kvconfig/kv-config-manager';
import { readCompressedRegisterBody } from '../registration/compressed-register-body';
import {
  EMPTY_REGISTER_BODY,
  readRegisterBody,
  type RegisterBody,
} from '../registration/register-body';
import type { BrokerRegistration, RegisterBrokerResult } from '../route/broker-registration';
import type { RouteInfoManager } from '../route/route-info-manager';
import { checkBrokerIdentity } from './broker-identity';

export interface RegisterBrokerProcessorOptions {
  readonly returnOrderTopicConfigToBroker: boolean;
}

const REFUSALS: Readonly<Record<Exclude<RegisterBrokerResult['status'], 'REGISTERED'>, string>> = {
  UNKNOWN_BROKER_WITH_ONE_TOPIC:
    'this broker is not known here; it has to register all its topics, not one alone',
  OLDER_STATE_VERSION: 'another broker with a newer state version holds this broker id',
  TOO_MANY_BROKERS: 'the name server holds no more brokers',
  TOO_MANY_CLUSTERS: 'the name server holds no more clusters',
};

type RegistrationHeader = Omit<BrokerRegistration, 'announced' | 'filterServerList'>;

/** REGISTER_BROKER (103): a broker says that it is there and what topics it has. */
export class RegisterBrokerProcessor {
  constructor(
    private readonly options: RegisterBrokerProcessorOptions,
    private readonly routes: RouteInfoManager,
    private readonly kvConfigs: KVConfigManager,
    private readonly maxBodyBytes: number,
  ) {}

  registerBroker(
    request: RemotingCommand,
    connection: Connection,
  ): RemotingCommand | Promise<RemotingCommand> {
    const header = checkBrokerIdentity(decodeHeader(RegisterBrokerRequestHeader, request));
    const body = request.body ?? Buffer.alloc(0);
    const crc = bodyCrc(body);
    if (header.bodyCrc32 !== 0 && header.bodyCrc32 !== crc) {
      const remark = 'crc32 of the registration body does not match its header';
      return RemotingCommand.createResponse(request, ResponseCode.SYSTEM_ERROR, remark);
    }
    const registration: RegistrationHeader = {
      clusterName: header.clusterName,
      brokerName: header.brokerName,
      brokerAddr: header.brokerAddr,
      brokerId: header.brokerId,
      haServerAddr: header.haServerAddr,
      heartbeatTimeoutMs: header.heartbeatTimeoutMillis,
      enableActingMaster: header.enableActingMaster,
      zoneName: request.extField(MixAll.ZONE_NAME),
      connection,
    };
    const fingerprint = fingerprintOf(body, crc);
    if (this.routes.isBodyKnown(registration, fingerprint)) {
      const result = this.routes.registerBroker({
        ...registration,
        announced: 'SAME_AS_BEFORE',
        filterServerList: [],
      });
      return this.answer(request, result);
    }
    if (body.length === 0) return this.register(request, registration, EMPTY_REGISTER_BODY);
    if (header.compressed) {
      return this.registerCompressed(request, connection, registration, Buffer.from(body));
    }
    return this.register(request, registration, readRegisterBody(body), fingerprint);
  }

  private async registerCompressed(
    request: RemotingCommand,
    connection: Connection,
    registration: RegistrationHeader,
    body: Buffer,
  ): Promise<RemotingCommand> {
    const fingerprint = fingerprintOf(body, bodyCrc(body));
    const read = await readCompressedRegisterBody(body, this.maxBodyBytes);
    if (!connection.isOpen) {
      const remark = 'the connection closed while its registration was read';
      return RemotingCommand.createResponse(request, ResponseCode.SYSTEM_ERROR, remark);
    }
    return this.register(request, registration, read, fingerprint);
  }

  private register(
    request: RemotingCommand,
    registration: RegistrationHeader,
    { announced, filterServerList }: RegisterBody,
    fingerprint?: string,
  ): RemotingCommand {
    const result = this.routes.registerBroker({
      ...registration,
      announced: { ...announced, fingerprint },
      filterServerList,
    });
    return this.answer(request, result);
  }

  private answer(request: RemotingCommand, result: RegisterBrokerResult): RemotingCommand {
    if (result.status !== 'REGISTERED') {
      const remark = REFUSALS[result.status];
      return RemotingCommand.createResponse(request, ResponseCode.SYSTEM_ERROR, remark);
    }
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    const { haServerAddr, masterAddr } = result;
    response.extFields = encodeHeader(RegisterBrokerResponseHeader, { haServerAddr, masterAddr });
    const orders = this.options.returnOrderTopicConfigToBroker
      ? this.kvConfigs.namespace(ORDER_TOPIC_CONFIG)
      : undefined;
    if (orders) response.body = encodeBody(KVTable, { table: new Map(orders) });
    return response;
  }
}

/** Enough of a body's beginning to hold the data version, which changes with every topic. */
const FINGERPRINT_HEAD_BYTES = 256;

/** Brokers send the same body again and again; this tells one from the next without keeping it. */
function fingerprintOf(body: Buffer, crc: number): string {
  const head = body.toString('latin1', 0, FINGERPRINT_HEAD_BYTES);
  return `${body.length}:${crc}:${head}`;
}
