import { RemotingError } from './remoting-error';

/**
 * Walks the ext fields of a binary header:
 *
 *     repeated: int16 key length, key, int32 value length, value
 */
export function forEachBinaryField(
  bytes: Buffer,
  visit: (name: string, value: string) => void,
): void {
  let at = 0;
  while (at < bytes.length) {
    if (at + 2 > bytes.length) throw brokenFields();
    const nameEnd = at + 2 + bytes.readInt16BE(at);
    if (nameEnd < at + 2 || nameEnd + 4 > bytes.length) throw brokenFields();
    const valueEnd = nameEnd + 4 + bytes.readInt32BE(nameEnd);
    if (valueEnd < nameEnd + 4 || valueEnd > bytes.length) throw brokenFields();
    visit(bytes.toString('utf8', at + 2, nameEnd), bytes.toString('utf8', nameEnd + 4, valueEnd));
    at = valueEnd;
  }
}

export function brokenFields(): RemotingError {
  return new RemotingError('BAD_FRAME', 'the ext fields of a binary header overrun their length');
}
