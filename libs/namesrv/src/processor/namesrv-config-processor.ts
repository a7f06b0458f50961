import {
  formatConfig,
  parseConfigValue,
  parseProperties,
  type ConfigProperty,
} from '@rocket-nest/common/internal';
import { RemotingCommand, ResponseCode } from '@rocket-nest/remoting';
import type { Logger } from '@rocket-nest/common';
import { NAMESRV_CONFIG_SCHEMA, type NamesrvConfig } from '../config/namesrv-config';

type Change = readonly [name: string, value: unknown];
type Refusal = { readonly code: number; readonly remark: string };

/** The configuration of a running name server, read and changed over the wire. */
export class NamesrvConfigProcessor {
  constructor(
    private readonly config: NamesrvConfig,
    private readonly logger: Logger,
  ) {}

  /** GET_NAMESRV_CONFIG (319): every property, one `name=value` a line. */
  getConfig(request: RemotingCommand): RemotingCommand {
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = Buffer.from(formatConfig(NAMESRV_CONFIG_SCHEMA, this.config));
    return response;
  }

  /**
   * UPDATE_NAMESRV_CONFIG (318): changes the properties that may be changed while running, all or
   * none of those asked for. Until the next start: the file is the administrator's.
   */
  updateConfig(request: RemotingCommand): RemotingCommand {
    const changes: Change[] = [];
    for (const { name, value } of parseProperties(request.body?.toString('utf8') ?? '', '318')) {
      const change = readChange(name, value);
      if ('code' in change) {
        return RemotingCommand.createResponse(request, change.code, change.remark);
      }
      changes.push(change);
    }
    for (const [name, value] of changes) {
      (this.config as Record<string, unknown>)[name] = value;
      this.logger.info('configuration changed', { name, value });
    }
    return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
  }
}

function readChange(name: string, text: string): Change | Refusal {
  const property: ConfigProperty<unknown> | undefined = Object.hasOwn(NAMESRV_CONFIG_SCHEMA, name)
    ? NAMESRV_CONFIG_SCHEMA[name as keyof NamesrvConfig]
    : undefined;
  if (!property) {
    return { code: ResponseCode.SYSTEM_ERROR, remark: `${name} is not a property of name servers` };
  }
  if (!property.updatable) {
    const remark = `${name} can only be changed in the configuration file, followed by a restart`;
    return { code: ResponseCode.NO_PERMISSION, remark };
  }
  const parsed = parseConfigValue(property, text);
  if ('value' in parsed) return [name, parsed.value];
  return { code: ResponseCode.SYSTEM_ERROR, remark: `${name}: ${parsed.problem}; ${parsed.fix}` };
}
