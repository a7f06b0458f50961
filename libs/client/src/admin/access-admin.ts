import type { AclInfo } from '@rocket-nest/remoting';
import { mastersOf, type AdminContext } from './admin-context';

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

/** Looks after users and what they may do, on brokers with authentication (RocketMQ 5.3 and up). */
export class AccessAdmin {
  constructor(private readonly context: AdminContext) {}

  async createUser(
    username: string,
    password: string,
    userType: 'Normal' | 'Super' = 'Normal',
  ): Promise<void> {
    const user = { username, password, userType, userStatus: 'enable' };
    const { authApi } = this.context.instance;
    const masters = await mastersOf(this.context, undefined, `creating user ${username}`);
    await Promise.all(masters.map((master) => authApi.createUser(master, user)));
  }

  async createAcl(username: string, entries: readonly AclPolicyEntry[]): Promise<void> {
    const acl: AclInfo & { subject: string } = {
      subject: `User:${username}`,
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
    const { authApi } = this.context.instance;
    const masters = await mastersOf(this.context, undefined, `creating the rules of ${username}`);
    await Promise.all(masters.map((master) => authApi.createAcl(master, acl)));
  }
}
