/** What somebody may do with a topic, a group or the cluster. */
export type AccessAction = 'Pub' | 'Sub' | 'Create' | 'Update' | 'Delete' | 'Get';

/**
 * A permission that a request needs. `field` is the header field that names the resource (checked
 * only when it is there), `body` a resource of that kind named in the body. A retry or dead letter
 * topic stands for its group.
 */
export interface ResourceNeed {
  readonly resource: 'TOPIC' | 'GROUP' | 'CLUSTER';
  readonly field: string;
  /** One of them is enough. */
  readonly actions: readonly AccessAction[];
}

/**
 * Who may send a request once authentication is on: anybody, a client with all the permissions
 * named, or an administrator (who needs the permissions too where some are named).
 */
export interface RequestAccess {
  readonly kind: 'PUBLIC' | 'CLIENT' | 'ADMIN';
  readonly needs: readonly ResourceNeed[];
}

export function client(...needs: ResourceNeed[]): RequestAccess {
  return { kind: 'CLIENT', needs };
}

export function admin(...needs: ResourceNeed[]): RequestAccess {
  return { kind: 'ADMIN', needs };
}

export function topic(field: string, ...actions: AccessAction[]): ResourceNeed {
  return { resource: 'TOPIC', field, actions };
}

export function group(field: string, ...actions: AccessAction[]): ResourceNeed {
  return { resource: 'GROUP', field, actions };
}

/** This broker's own cluster. */
export function cluster(...actions: AccessAction[]): ResourceNeed {
  return { resource: 'CLUSTER', field: '', actions };
}
