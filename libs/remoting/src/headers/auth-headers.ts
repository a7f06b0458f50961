/** Users and access control lists. */
import { defineHeader } from '../protocol/header-definition';
import type { HeaderOf } from '../protocol/header-definition';
import { text } from '../protocol/header-field';

/** Request of AUTH_CREATE_ACL (3006). */
export const CreateAclRequestHeader = defineHeader('CreateAclRequestHeader', {
  subject: text().optional(),
});
export type CreateAclRequestHeader = HeaderOf<typeof CreateAclRequestHeader>;

/** Request of AUTH_CREATE_USER (3001). */
export const CreateUserRequestHeader = defineHeader('CreateUserRequestHeader', {
  username: text().optional(),
});
export type CreateUserRequestHeader = HeaderOf<typeof CreateUserRequestHeader>;

/** Request of AUTH_DELETE_ACL (3008). */
export const DeleteAclRequestHeader = defineHeader('DeleteAclRequestHeader', {
  subject: text().optional(),
  policyType: text().optional(),
  resource: text().optional(),
});
export type DeleteAclRequestHeader = HeaderOf<typeof DeleteAclRequestHeader>;

/** Request of AUTH_DELETE_USER (3003). */
export const DeleteUserRequestHeader = defineHeader('DeleteUserRequestHeader', {
  username: text().optional(),
});
export type DeleteUserRequestHeader = HeaderOf<typeof DeleteUserRequestHeader>;

/** Request of AUTH_GET_ACL (3009). */
export const GetAclRequestHeader = defineHeader('GetAclRequestHeader', {
  subject: text().optional(),
});
export type GetAclRequestHeader = HeaderOf<typeof GetAclRequestHeader>;

/** Request of AUTH_GET_USER (3004). */
export const GetUserRequestHeader = defineHeader('GetUserRequestHeader', {
  username: text().optional(),
});
export type GetUserRequestHeader = HeaderOf<typeof GetUserRequestHeader>;

/** Request of AUTH_LIST_ACL (3010). */
export const ListAclsRequestHeader = defineHeader('ListAclsRequestHeader', {
  subjectFilter: text().optional(),
  resourceFilter: text().optional(),
});
export type ListAclsRequestHeader = HeaderOf<typeof ListAclsRequestHeader>;

/** Request of AUTH_LIST_USER (3005). */
export const ListUsersRequestHeader = defineHeader('ListUsersRequestHeader', {
  filter: text().optional(),
});
export type ListUsersRequestHeader = HeaderOf<typeof ListUsersRequestHeader>;

/** Request of AUTH_UPDATE_ACL (3007). */
export const UpdateAclRequestHeader = defineHeader('UpdateAclRequestHeader', {
  subject: text().optional(),
});
export type UpdateAclRequestHeader = HeaderOf<typeof UpdateAclRequestHeader>;

/** Request of AUTH_UPDATE_USER (3002). */
export const UpdateUserRequestHeader = defineHeader('UpdateUserRequestHeader', {
  username: text().optional(),
});
export type UpdateUserRequestHeader = HeaderOf<typeof UpdateUserRequestHeader>;
