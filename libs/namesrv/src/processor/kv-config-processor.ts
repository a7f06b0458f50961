import {
  decodeHeader,
  DeleteKVConfigRequestHeader,
  encodeBody,
  encodeHeader,
  GetKVConfigRequestHeader,
  GetKVConfigResponseHeader,
  GetKVListByNamespaceRequestHeader,
  KVTable,
  PutKVConfigRequestHeader,
  RemotingCommand,
  ResponseCode,
} from '@rocket-nest/remoting';
import type { KVConfigManager } from '../kvconfig/kv-config-manager';

/** Key-value configuration. Changes are answered once they are on disk. */
export class KVConfigProcessor {
  constructor(private readonly kvConfigs: KVConfigManager) {}

  /** PUT_KV_CONFIG (100). */
  async putKVConfig(request: RemotingCommand): Promise<RemotingCommand> {
    const { namespace, key, value } = decodeHeader(PutKVConfigRequestHeader, request);
    const status = await this.kvConfigs.put(namespace, key, value);
    if (status === 'STORED') return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    const remark = 'the name server holds no more key-value configurations: delete some first';
    return RemotingCommand.createResponse(request, ResponseCode.SYSTEM_ERROR, remark);
  }

  /** GET_KV_CONFIG (101). */
  getKVConfig(request: RemotingCommand): RemotingCommand {
    const { namespace, key } = decodeHeader(GetKVConfigRequestHeader, request);
    const value = this.kvConfigs.get(namespace, key);
    if (value === undefined) {
      const remark = `No config item, Namespace: ${namespace} Key: ${key}`;
      return RemotingCommand.createResponse(request, ResponseCode.QUERY_NOT_FOUND, remark);
    }
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.extFields = encodeHeader(GetKVConfigResponseHeader, { value });
    return response;
  }

  /** DELETE_KV_CONFIG (102); succeeds when there was nothing to delete. */
  async deleteKVConfig(request: RemotingCommand): Promise<RemotingCommand> {
    const { namespace, key } = decodeHeader(DeleteKVConfigRequestHeader, request);
    await this.kvConfigs.delete(namespace, key);
    return RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
  }

  /** GET_KVLIST_BY_NAMESPACE (219). */
  getKVListByNamespace(request: RemotingCommand): RemotingCommand {
    const { namespace } = decodeHeader(GetKVListByNamespaceRequestHeader, request);
    const table = this.kvConfigs.namespace(namespace);
    if (!table) {
      const remark = `No config item, Namespace: ${namespace}`;
      return RemotingCommand.createResponse(request, ResponseCode.QUERY_NOT_FOUND, remark);
    }
    const response = RemotingCommand.createResponse(request, ResponseCode.SUCCESS);
    response.body = encodeBody(KVTable, { table: new Map(table) });
    return response;
  }
}
