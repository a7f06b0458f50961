import type { Clock, Logger } from '@rocket-nest/common';
import type { EventLoopTurn } from '@rocket-nest/common/internal';

import type { LimitHits } from './connection';
import type { RpcObserver } from './rpc-times';

/** What servers and clients are given to work with. */
export interface RemotingDependencies {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Shared with the store, so that answers leave after its commits. Default: one of its own. */
  readonly turn?: EventLoopTurn;
  readonly limits?: LimitHits;
  /** Told of every request that was answered. Default: no time is taken. */
  readonly rpcObserver?: RpcObserver | undefined;
}
