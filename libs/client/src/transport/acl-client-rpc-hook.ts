import { createHmac } from 'node:crypto';
import type { RemotingCommand } from '@rocket-nest/remoting';
import { ClientError } from '../errors/client-error';
import type { RpcHook } from './rpc-hook';

/** Who a client is. */
export interface SessionCredentials {
  readonly accessKey: string;
  /** Signs requests; it is never sent. */
  readonly secretKey: string;
  /** Goes along with temporary keys. */
  readonly securityToken?: string | undefined;
}

const ACCESS_KEY = 'AccessKey';
const SECURITY_TOKEN = 'SecurityToken';
const SIGNATURE = 'Signature';

/**
 * Signs every request by its access key. Credentials that change are given as a function, which is
 * asked for each request.
 */
export class AclClientRPCHook implements RpcHook {
  private readonly credentials: () => SessionCredentials;

  constructor(credentials: SessionCredentials | (() => SessionCredentials)) {
    this.credentials = typeof credentials === 'function' ? credentials : () => credentials;
    if (typeof credentials !== 'function') check(credentials);
  }

  beforeRequest(_address: string, request: RemotingCommand): void {
    const credentials = this.credentials();
    check(credentials);
    const { accessKey, secretKey, securityToken } = credentials;
    const fields = request.extFields;
    fields.set(ACCESS_KEY, accessKey);
    if (securityToken) fields.set(SECURITY_TOKEN, securityToken);
    else fields.delete(SECURITY_TOKEN);
    fields.set(SIGNATURE, signatureOf(fields, request.body, secretKey));
    request.extFields = fields;
  }
}

/**
 * Base64 of the HMAC-SHA1 over the values of all fields but the signature, in the order of their
 * names, and the body.
 */
export function signatureOf(
  fields: ReadonlyMap<string, string>,
  body: Buffer | undefined,
  secretKey: string,
): string {
  const hmac = createHmac('sha1', secretKey);
  for (const name of [...fields.keys()].sort()) {
    if (name !== SIGNATURE) hmac.update(fields.get(name)!);
  }
  if (body) hmac.update(body);
  return hmac.digest('base64');
}

function check({ accessKey, secretKey }: SessionCredentials): void {
  if (accessKey && secretKey) return;
  throw new ClientError('OPTION_ILLEGAL', 'credentials need an accessKey and a secretKey');
}
