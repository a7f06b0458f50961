import type { AclInfo, UserInfo } from '@rocket-nest/remoting';
import type { AuthApi, SubjectAcl } from '../api/auth-api';
import { mastersOf, type AdminContext } from './admin-context';

export type UserType = 'Normal' | 'Super';

/** What a user may be changed to; what is left out stays. */
export interface UserChanges {
  readonly password?: string | undefined;
  readonly userType?: UserType | undefined;
  readonly userStatus?: 'enable' | 'disable' | undefined;
}

/** One rule of a user's access control list. */
export interface AclPolicyEntry {
  /** `Topic:name`, `Group:prefix*`, `Cluster:*`, `*`. */
  readonly resource: string;
  readonly actions: readonly (
    'All' | 'Pub' | 'Sub' | 'Create' | 'Update' | 'Delete' | 'Get' | 'List'
  )[];
  readonly decision?: 'Allow' | 'Deny';
  /** Where requests may come from. Default: anywhere. */
  readonly sourceIps?: readonly string[];
}

/**
 * Looks after users and what they may do, on brokers with authentication (RocketMQ 5.3 and up).
 * Changes are made on every master, lists are those of one.
 */
export class AccessAdmin {
  constructor(private readonly context: AdminContext) {}

  async createUser(
    username: string,
    password: string,
    userType: UserType = 'Normal',
  ): Promise<void> {
    const user = { username, password, userType, userStatus: 'enable' };
    await this.everywhere(`creating user ${username}`, (api, at) => api.createUser(at, user));
  }

  async updateUser(username: string, changes: UserChanges): Promise<void> {
    const user = { username, ...changes };
    await this.everywhere(`changing user ${username}`, (api, at) => api.updateUser(at, user));
  }

  /** Deletes the user and its rules. */
  async deleteUser(username: string): Promise<void> {
    await this.everywhere(`deleting user ${username}`, (api, at) => api.deleteUser(at, username));
  }

  /** By name. */
  async users(): Promise<Map<string, UserInfo>> {
    const users = await this.somewhere('listing users', (api, at) => api.users(at));
    return new Map(users.map((user) => [user.username ?? '', user]));
  }

  async createAcl(username: string, entries: readonly AclPolicyEntry[]): Promise<void> {
    const acl = aclOf(username, entries);
    const what = `creating the rules of ${username}`;
    await this.everywhere(what, (api, at) => api.createAcl(at, acl));
  }

  /** Adds rules, and changes those of the same resources. */
  async updateAcl(username: string, entries: readonly AclPolicyEntry[]): Promise<void> {
    const acl = aclOf(username, entries);
    const what = `changing the rules of ${username}`;
    await this.everywhere(what, (api, at) => api.updateAcl(at, acl));
  }

  /** Deletes the rules of one resource, without a resource all of the user. */
  async deleteAcl(username: string, resource?: string): Promise<void> {
    const what = `deleting rules of ${username}`;
    const subject = subjectOf(username);
    await this.everywhere(what, (api, at) => api.deleteAcl(at, subject, resource));
  }

  /** By subject, which is `User:name`. */
  async acls(): Promise<Map<string, AclInfo>> {
    const acls = await this.somewhere('listing rules', (api, at) => api.acls(at));
    return new Map(acls.map((acl) => [acl.subject ?? '', acl]));
  }

  private async everywhere(
    what: string,
    change: (api: AuthApi, master: string) => Promise<void>,
  ): Promise<void> {
    const masters = await mastersOf(this.context, undefined, what);
    const { authApi } = this.context.instance;
    await Promise.all(masters.map((master) => change(authApi, master)));
  }

  private async somewhere<T>(
    what: string,
    read: (api: AuthApi, master: string) => Promise<T>,
  ): Promise<T> {
    const [master] = await mastersOf(this.context, undefined, what);
    return read(this.context.instance.authApi, master);
  }
}

function subjectOf(username: string): string {
  return `User:${username}`;
}

function aclOf(username: string, entries: readonly AclPolicyEntry[]): SubjectAcl {
  return {
    subject: subjectOf(username),
    policies: [
      {
        policyType: 'Custom',
        entries: entries.map(({ resource, actions, decision = 'Allow', sourceIps = [] }) => ({
          resource,
          actions: [...actions],
          decision,
          sourceIps: [...sourceIps],
        })),
      },
    ],
  };
}
