import {
  AclInfo,
  CreateAclRequestHeader,
  CreateUserRequestHeader,
  decodeBodyList,
  DeleteAclRequestHeader,
  DeleteUserRequestHeader,
  encodeBody,
  encodeHeader,
  ListAclsRequestHeader,
  ListUsersRequestHeader,
  RequestCode,
  UpdateAclRequestHeader,
  UpdateUserRequestHeader,
  UserInfo,
} from '@rocket-nest/remoting';
import type { RpcClient, RpcRequest } from '../transport/rpc-client';

export type NamedUser = UserInfo & { username: string };
export type SubjectAcl = AclInfo & { subject: string };

/** Users and access control lists of one broker. */
export class AuthApi {
  constructor(
    private readonly rpc: RpcClient,
    private readonly timeoutMs: number,
  ) {}

  async createUser(address: string, user: NamedUser): Promise<void> {
    await this.call(address, `create user ${user.username}`, {
      code: RequestCode.AUTH_CREATE_USER,
      header: encodeHeader(CreateUserRequestHeader, { username: user.username }),
      body: encodeBody(UserInfo, user),
    });
  }

  /** Changes what `user` has fields for. */
  async updateUser(address: string, user: NamedUser): Promise<void> {
    await this.call(address, `update user ${user.username}`, {
      code: RequestCode.AUTH_UPDATE_USER,
      header: encodeHeader(UpdateUserRequestHeader, { username: user.username }),
      body: encodeBody(UserInfo, user),
    });
  }

  async deleteUser(address: string, username: string): Promise<void> {
    await this.call(address, `delete user ${username}`, {
      code: RequestCode.AUTH_DELETE_USER,
      header: encodeHeader(DeleteUserRequestHeader, { username }),
    });
  }

  async users(address: string): Promise<UserInfo[]> {
    const body = await this.call(address, 'list users', {
      code: RequestCode.AUTH_LIST_USER,
      header: encodeHeader(ListUsersRequestHeader, {}),
    });
    return body ? decodeBodyList(UserInfo, body) : [];
  }

  async createAcl(address: string, acl: SubjectAcl): Promise<void> {
    await this.call(address, `create the access control list of ${acl.subject}`, {
      code: RequestCode.AUTH_CREATE_ACL,
      header: encodeHeader(CreateAclRequestHeader, { subject: acl.subject }),
      body: encodeBody(AclInfo, acl),
    });
  }

  /** Adds rules, and changes those of the same resources. */
  async updateAcl(address: string, acl: SubjectAcl): Promise<void> {
    await this.call(address, `update the access control list of ${acl.subject}`, {
      code: RequestCode.AUTH_UPDATE_ACL,
      header: encodeHeader(UpdateAclRequestHeader, { subject: acl.subject }),
      body: encodeBody(AclInfo, acl),
    });
  }

  /** The rules of one resource, without a resource all of the subject. */
  async deleteAcl(address: string, subject: string, resource?: string): Promise<void> {
    await this.call(address, `delete rules of ${subject}`, {
      code: RequestCode.AUTH_DELETE_ACL,
      header: encodeHeader(DeleteAclRequestHeader, { subject, resource }),
    });
  }

  async acls(address: string): Promise<AclInfo[]> {
    const body = await this.call(address, 'list access control lists', {
      code: RequestCode.AUTH_LIST_ACL,
      header: encodeHeader(ListAclsRequestHeader, {}),
    });
    return body ? decodeBodyList(AclInfo, body) : [];
  }

  private async call(
    address: string,
    what: string,
    request: Omit<RpcRequest, 'timeoutMs'>,
  ): Promise<Buffer | undefined> {
    const { timeoutMs } = this;
    const { body } = await this.rpc.call(address, what, { ...request, timeoutMs });
    return body && body.length > 0 ? body : undefined;
  }
}
