import { bodyCrc, MixAll, type Clock } from '@rocket-nest/common';
import { runAtOnce, runInSlices, type Steps } from '@rocket-nest/common/internal';
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
  type LimitHits,
} from '@rocket-nest/remoting';
import type { KeyedSequence } from '../background/keyed-sequence';
import { ORDER_TOPIC_CONFIG, type KVConfigManager } from '../kvconfig/kv-config-manager';
import { NamesrvLimitName, type NamesrvLimits } from '../namesrv-limits';
import { readCompressedRegisterBody } from '../registration/compressed-register-body';
import {
  EMPTY_REGISTER_BODY,
  readRegisterBody,
  type RegisterBody,
} from '../registration/register-body';
import { brokerKey } from '../route/broker-live-info';
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
  GONE: 'the broker left while its topics were taken in',
  TOO_MANY_CLUSTERS: 'the name server holds no more clusters',
};

type RegistrationHeader = Omit<BrokerRegistration, 'announced' | 'filterServerList'>;

/** Bodies up to this size are read at once. */
const SMALL_BODY_BYTES = 32 * 1024;

export interface RegisterBrokerProcessorDeps {
  readonly routes: RouteInfoManager;
  readonly kvConfigs: KVConfigManager;
  readonly clock: Clock;
  /** Keeps what one broker says in order. */
  readonly sequence: KeyedSequence;
  readonly limits: NamesrvLimits;
  readonly limitHits: LimitHits;
}

/** REGISTER_BROKER (103): a broker says that it is there and what topics it has. */
export class RegisterBrokerProcessor {
  private waitingBytes = 0;

  constructor(
    private readonly options: RegisterBrokerProcessorOptions,
    private readonly deps: RegisterBrokerProcessorDeps,
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
    const key = brokerKey(header.clusterName, header.brokerAddr);
    const fingerprint = fingerprintOf(body, crc);
    if (this.deps.sequence.isIdle(key)) {
      if (this.deps.routes.isBodyKnown(registration, fingerprint)) {
        return this.answer(request, this.registerUnchanged(registration));
      }
      if (!header.compressed && body.length <= SMALL_BODY_BYTES) {
        const read = runAtOnce(readBody(body));
        return this.answer(request, runAtOnce(this.steps(registration, read, fingerprint)));
      }
    }
    return this.registerLater(key, request, registration, header.compressed, fingerprint);
  }

  private registerUnchanged(registration: RegistrationHeader): RegisterBrokerResult {
    const unchanged = { announced: 'SAME_AS_BEFORE', filterServerList: [] } as const;
    return this.deps.routes.registerBroker({ ...registration, ...unchanged });
  }

  /** Reads the body in slices, after what the same broker sent before. */
  private async registerLater(
    key: string,
    request: RemotingCommand,
    registration: RegistrationHeader,
    isCompressed: boolean,
    fingerprint: string,
  ): Promise<RemotingCommand> {
    const { clock, sequence, limits, limitHits } = this.deps;
    const body = Buffer.from(request.body ?? []);
    if (this.waitingBytes + body.length > limits.maxWaitingRegisterBytes) {
      limitHits.hit(NamesrvLimitName.WAITING_REGISTER_BYTES);
      const remark = 'too many registrations are being read; try again later';
      return RemotingCommand.createResponse(request, ResponseCode.SYSTEM_BUSY, remark);
    }
    this.waitingBytes += body.length;
    try {
      return await sequence.run(key, async () => {
        const read = isCompressed
          ? await readCompressedRegisterBody(body, limits.maxRegisterBodyBytes)
          : await runInSlices(clock, readBody(body));
        // Its brokers were removed when it closed; nothing would remove this one.
        if (!registration.connection.isOpen) return this.answer(request, { status: 'GONE' });
        const steps = this.steps(registration, read, fingerprint);
        return this.answer(request, await runInSlices(clock, steps));
      });
    } finally {
      this.waitingBytes -= body.length;
    }
  }

  private steps(
    registration: RegistrationHeader,
    { announced, filterServerList }: RegisterBody,
    fingerprint: string,
  ): Steps<RegisterBrokerResult> {
    return this.deps.routes.registerBrokerInSteps({
      ...registration,
      announced: { ...announced, fingerprint },
      filterServerList,
    });
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
      ? this.deps.kvConfigs.namespace(ORDER_TOPIC_CONFIG)
      : undefined;
    if (orders) response.body = encodeBody(KVTable, { table: new Map(orders) });
    return response;
  }
}

function* readBody(body: Buffer): Steps<RegisterBody> {
  return body.length === 0 ? EMPTY_REGISTER_BODY : yield* readRegisterBody(body);
}

/** Enough of a body's beginning to hold the data version, which changes with every topic. */
const FINGERPRINT_HEAD_BYTES = 256;

/** Brokers send the same body again and again; this tells one from the next without keeping it. */
function fingerprintOf(body: Buffer, crc: number): string {
  const head = body.toString('latin1', 0, FINGERPRINT_HEAD_BYTES);
  return `${body.length}:${crc}:${head}`;
}
