import { RemotingError } from './remoting-error';

/** The ext fields of a binary header as they came: `bytes` from `start` up to `end`. */
export class RawBinaryFields {
  constructor(
    readonly bytes: Buffer,
    readonly start: number,
    readonly end: number,
  ) {}
}

/**
 * Walks the ext fields of a binary header; throws BAD_FRAME when they overrun their length:
 *
 *     repeated: int16 key length, key, int32 value length, value
 */
export function forEachBinaryField(
  fields: RawBinaryFields,
  visit: (name: string, value: string) => void,
): void {
  const { bytes, end } = fields;
  let at = fields.start;
  while (at < end) {
    const nameEnd = nameEndAt(bytes, at, end);
    const valueEnd = valueEndAt(bytes, nameEnd, end);
    visit(bytes.toString('utf8', at + 2, nameEnd), bytes.toString('utf8', nameEnd + 4, valueEnd));
    at = valueEnd;
  }
}

/** Where the name of the field at `at` ends. */
export function nameEndAt(bytes: Buffer, at: number, end: number): number {
  if (at + 2 > end) throw brokenFields();
  const nameEnd = at + 2 + ((bytes[at] << 8) | bytes[at + 1]);
  if (nameEnd + 4 > end) throw brokenFields();
  return nameEnd;
}

/** Where the value of the field whose name ends at `nameEnd` ends. */
export function valueEndAt(bytes: Buffer, nameEnd: number, end: number): number {
  const length =
    (bytes[nameEnd] << 24) |
    (bytes[nameEnd + 1] << 16) |
    (bytes[nameEnd + 2] << 8) |
    bytes[nameEnd + 3];
  const valueEnd = nameEnd + 4 + length;
  if (length < 0 || valueEnd > end) throw brokenFields();
  return valueEnd;
}

function brokenFields(): RemotingError {
  return new RemotingError('BAD_FRAME', 'the ext fields of a binary header overrun their length');
}
