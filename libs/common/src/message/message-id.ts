import { ipToBytes, parseHostAddress, readHost, writeHost } from '../bytes/host-address';
import { readLong, writeLong } from '../bytes/long';
import { RocketError } from '../errors/rocket-error';

/** Where a message is stored, as its offset message id tells. */
export interface MessageId {
  /** `ip:port` of the broker. */
  readonly address: string;
  /** Position of the record in the commit log, in bytes. */
  readonly offset: number;
}

/** 4 or 16 address bytes, int32 port, int64 offset, in hexadecimal digits. */
const ID_V4_LENGTH = 32;
const ID_V6_LENGTH = 56;

/** Upper-case hex of store host and commit log offset: 32 characters, 56 with an IPv6 host. */
export function createOffsetMessageId(storeHost: string, commitLogOffset: number): string {
  const { ip, port } = parseHostAddress(storeHost);
  const address = ipToBytes(ip);
  const bytes = Buffer.allocUnsafe(address.length + 12);
  writeLong(bytes, commitLogOffset, writeHost(bytes, 0, address, port));
  return bytes.toString('hex').toUpperCase();
}

/** True when `id` has the form of an offset message id (a unique key may have it too). */
export function isOffsetMessageId(id: string): boolean {
  return (id.length === ID_V4_LENGTH || id.length === ID_V6_LENGTH) && /^[0-9a-fA-F]+$/.test(id);
}

/** Reads an offset message id. Throws INVALID_MESSAGE when it is none. */
export function decodeMessageId(id: string): MessageId {
  if (!isOffsetMessageId(id)) {
    throw new RocketError(
      'INVALID_MESSAGE',
      `"${id.slice(0, 64)}" is not an offset message id (32 or 56 hexadecimal digits): ` +
        'look the message up by its unique key instead',
    );
  }
  const bytes = Buffer.from(id, 'hex');
  const address = readHost(bytes, 0, id.length === ID_V6_LENGTH);
  return { address, offset: readLong(bytes, bytes.length - 8) };
}
