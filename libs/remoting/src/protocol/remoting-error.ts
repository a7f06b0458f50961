import { RocketError } from '@rocket-nest/common';

/**
 * Why a remoting operation failed.
 *
 * - `BAD_FRAME`, `FRAME_TOO_LONG`, `HEADER_TOO_LONG`: the bytes received are no frame; the connection
 *   is closed.
 * - `BAD_JSON`, `BODY_INVALID`, `HEADER_MISSING_FIELD`, `HEADER_BAD_FIELD`: one command is wrong.
 * - `CONNECT_FAILED`, `SEND_FAILED`, `TIMEOUT`, `CONNECTION_CLOSED`, `TOO_MANY_IN_FLIGHT`, `ABORTED`,
 *   `SHUT_DOWN`: a request got no answer. Only after `CONNECT_FAILED`, `SEND_FAILED`,
 *   `TOO_MANY_IN_FLIGHT` and `SHUT_DOWN` is it certain that the other side did not act on it.
 * - `BIND_FAILED`: the server could not open a port.
 */
export type RemotingErrorCode =
  | 'ABORTED'
  | 'BAD_FRAME'
  | 'BAD_JSON'
  | 'BIND_FAILED'
  | 'BODY_INVALID'
  | 'CONNECTION_CLOSED'
  | 'CONNECT_FAILED'
  | 'FRAME_TOO_LONG'
  | 'HEADER_BAD_FIELD'
  | 'HEADER_MISSING_FIELD'
  | 'HEADER_TOO_LONG'
  | 'SEND_FAILED'
  | 'SHUT_DOWN'
  | 'TIMEOUT'
  | 'TOO_MANY_IN_FLIGHT';

/** A failure of the transport or of the wire format; judge it by `code`. */
export class RemotingError extends RocketError<RemotingErrorCode> {}
