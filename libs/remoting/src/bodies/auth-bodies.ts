/** Users and access control lists. */
import { defineBody, nested } from './body-definition';
import type { BodyOf } from './body-definition';
import { list, text } from './body-field';

export const UserInfo = defineBody('UserInfo', {
  password: text(),
  userStatus: text(),
  userType: text(),
  username: text(),
});
export type UserInfo = BodyOf<typeof UserInfo>;

export const AclInfoPolicyEntryInfo = defineBody('AclInfo.PolicyEntryInfo', {
  actions: list(text()),
  decision: text(),
  resource: text(),
  sourceIps: list(text()),
});
export type AclInfoPolicyEntryInfo = BodyOf<typeof AclInfoPolicyEntryInfo>;

export const AclInfoPolicyInfo = defineBody('AclInfo.PolicyInfo', {
  entries: list(nested(AclInfoPolicyEntryInfo)),
  policyType: text(),
});
export type AclInfoPolicyInfo = BodyOf<typeof AclInfoPolicyInfo>;

export const AclInfo = defineBody('AclInfo', {
  policies: list(nested(AclInfoPolicyInfo)),
  subject: text(),
});
export type AclInfo = BodyOf<typeof AclInfo>;
