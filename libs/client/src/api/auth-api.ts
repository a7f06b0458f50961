import {
  AclInfo,
  CreateAclRequestHeader,
  CreateUserRequestHeader,
  encodeBody,
  encodeHeader,
  RequestCode,
  UserInfo,
} from '@rocket-nest/remoting';
import type { RpcClient } from '../transport/rpc-client';

/** Users and access control lists of one broker. */
export class AuthApi {
  constructor(
    private readonly rpc: RpcClient,
    private readonly timeoutMs: number,
  ) {}

  async createUser(address: string, user: UserInfo & { username: string }): Promise<void> {
    await this.rpc.call(address, `create user ${user.username}`, {
      code: RequestCode.AUTH_CREATE_USER,
      header: encodeHeader(CreateUserRequestHeader, { username: user.username }),
      body: encodeBody(UserInfo, user),
      timeoutMs: this.timeoutMs,
    });
  }

  async createAcl(address: string, acl: AclInfo & { subject: string }): Promise<void> {
    await this.rpc.call(address, `create the access control list of ${acl.subject}`, {
      code: RequestCode.AUTH_CREATE_ACL,
      header: encodeHeader(CreateAclRequestHeader, { subject: acl.subject }),
      body: encodeBody(AclInfo, acl),
      timeoutMs: this.timeoutMs,
    });
  }
}
