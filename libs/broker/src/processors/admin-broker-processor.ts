import { DataVersion } from '@rocket-nest/common';
import { formatConfig } from '@rocket-nest/common/internal';
import {
  KVTable,
  RemotingCommand,
  ResponseCode,
  encodeBody,
  stringifyJson,
} from '@rocket-nest/remoting';
import type { BrokerContext, RequestProcessor } from '../broker-context';
import { brokerSchema } from '../config/broker-config';
import { dataVersionJson } from '../background/json-read';
import { runtimeInfoOf } from '../stats/runtime-info';
import { applyConfigUpdate } from './config-update';

/** The broker's configuration and figures (25, 26, 28). */
export class AdminBrokerProcessor {
  private readonly bootTimestamp: number;
  private configVersion: DataVersion;

  constructor(private readonly broker: BrokerContext) {
    this.bootTimestamp = broker.clock.wallNow();
    this.configVersion = new DataVersion({ timestamp: this.bootTimestamp });
  }

  /**
   * UPDATE_BROKER_CONFIG (25): typed properties that may change while the broker runs, all of them
   * or none. The change holds until the broker stops; its file is not touched.
   */
  readonly updateBrokerConfig: RequestProcessor = (connection, request) => {
    const { config, clock, logger } = this.broker;
    const text = request.body?.toString('utf8') ?? '';
    const targets = [config.broker, config.server, config.store];
    const result = applyConfigUpdate(text, brokerSchema, targets);
    switch (result.status) {
      case 'NOT_ALLOWED':
        return RemotingCommand.createResponse(request, ResponseCode.NO_PERMISSION, result.remark);
      case 'INVALID':
        return RemotingCommand.createResponse(request, ResponseCode.SYSTEM_ERROR, result.remark);
      case 'UPDATED':
        this.configVersion = this.configVersion.next(clock.wallNow());
        logger.info('configuration changed by an admin', {
          properties: result.names,
          remoteAddress: connection.remoteAddress,
        });
        return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    }
  };

  /** GET_BROKER_CONFIG (26): every property as a line; secrets are hidden. */
  readonly getBrokerConfig: RequestProcessor = (_connection, request) => {
    const { broker, server, store } = this.broker.config;
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = Buffer.from(formatConfig(brokerSchema, { ...store, ...server, ...broker }));
    response.extFields.set('version', stringifyJson(dataVersionJson(this.configVersion)));
    return response;
  };

  /** GET_BROKER_RUNTIME_INFO (28). */
  readonly getBrokerRuntimeInfo: RequestProcessor = async (_connection, request) => {
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    const table = await runtimeInfoOf(this.broker, { bootTimestamp: this.bootTimestamp });
    response.body = encodeBody(KVTable, { table });
    return response;
  };
}
