import { RocketError } from '@rocket-nest/common';

/**
 * - `REGISTRATION_REFUSED`: a name server answered a registration with a failure.
 * - `START_FAILED`: the broker could not start; the cause says why.
 * - `STOPPING`: the broker shut down before it could do what was asked: ask again later.
 */
export type BrokerErrorCode = 'REGISTRATION_REFUSED' | 'START_FAILED' | 'STOPPING';

/** A failure of the broker as a whole; judge it by `code`. */
export class BrokerError extends RocketError<BrokerErrorCode> {}
