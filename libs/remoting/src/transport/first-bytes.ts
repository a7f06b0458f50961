/** The longest PROXY v1 line with its line end; a v2 header says its own length. */
const LONGEST_V1_BYTES = 107;
const V1_START = Buffer.from('PROXY ');
const V2_START = Buffer.from('\r\n\r\n\0\r\nQUIT\n');
const V2_PREFIX_BYTES = 16;
/** v2 headers may carry extensions; more than this is refused. */
const LONGEST_V2_BYTES = V2_PREFIX_BYTES + 4096;
const TLS_HANDSHAKE = 0x16;

/** What a connection begins with. */
export type FirstBytes =
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'plain' }
  | { readonly kind: 'tls' }
  | { readonly kind: 'bad'; readonly reason: string }
  | {
      readonly kind: 'proxy';
      readonly headerBytes: number;
      /** Absent when the proxy speaks for itself (LOCAL, UNKNOWN). */
      readonly source?: { readonly host: string; readonly port: number };
    };

/**
 * Looks at the first bytes of a connection. A plain frame cannot be mistaken: a length field that
 * began like a PROXY header or a TLS record would be far beyond the longest frame.
 */
export function readFirstBytes(bytes: Buffer): FirstBytes {
  if (bytes.length === 0) return { kind: 'incomplete' };
  if (bytes[0] === TLS_HANDSHAKE) return { kind: 'tls' };
  if (bytes[0] === V1_START[0]) return startsLike(bytes, V1_START) ?? readV1(bytes);
  if (bytes[0] === V2_START[0]) return startsLike(bytes, V2_START) ?? readV2(bytes);
  return { kind: 'plain' };
}

/** Undefined when `bytes` begin with all of `start`. */
function startsLike(bytes: Buffer, start: Buffer): FirstBytes | undefined {
  const length = Math.min(bytes.length, start.length);
  if (bytes.compare(start, 0, length, 0, length) !== 0) return { kind: 'plain' };
  return length < start.length ? { kind: 'incomplete' } : undefined;
}

/** `PROXY TCP4 source target sourcePort targetPort\r\n` or `PROXY UNKNOWN ...\r\n` */
function readV1(bytes: Buffer): FirstBytes {
  const end = bytes.subarray(0, LONGEST_V1_BYTES).indexOf('\r\n');
  if (end < 0) {
    return bytes.length < LONGEST_V1_BYTES
      ? { kind: 'incomplete' }
      : { kind: 'bad', reason: 'a PROXY line without end' };
  }
  const headerBytes = end + 2;
  const words = bytes.toString('latin1', 0, end).split(' ');
  if (words[1] === 'UNKNOWN') return { kind: 'proxy', headerBytes };
  const port = Number(words[4]);
  if (words.length !== 6 || !/^TCP[46]$/.test(words[1]) || !(port >= 0 && port <= 0xffff)) {
    return { kind: 'bad', reason: 'a broken PROXY line' };
  }
  return { kind: 'proxy', headerBytes, source: { host: words[2], port } };
}

/**
 *     12  signature
 *     1   version (high half, 2) and command (0 LOCAL, 1 PROXY)
 *     1   family (high half: 1 IPv4, 2 IPv6) and transport
 *     2   length of what follows
 *     addresses: source, target (4 or 16 bytes each), source port, target port
 */
function readV2(bytes: Buffer): FirstBytes {
  if (bytes.length < V2_PREFIX_BYTES) return { kind: 'incomplete' };
  const headerBytes = V2_PREFIX_BYTES + bytes.readUInt16BE(14);
  if (bytes[12] >> 4 !== 2 || headerBytes > LONGEST_V2_BYTES) {
    return { kind: 'bad', reason: 'a broken PROXY header' };
  }
  if (bytes.length < headerBytes) return { kind: 'incomplete' };
  const addressBytes = addressLength(bytes[13] >> 4);
  const isLocal = (bytes[12] & 0x0f) === 0;
  if (isLocal || headerBytes < V2_PREFIX_BYTES + 2 * addressBytes + 4 || addressBytes === 0) {
    return { kind: 'proxy', headerBytes };
  }
  const host = hostOf(bytes.subarray(V2_PREFIX_BYTES, V2_PREFIX_BYTES + addressBytes));
  const port = bytes.readUInt16BE(V2_PREFIX_BYTES + 2 * addressBytes);
  return { kind: 'proxy', headerBytes, source: { host, port } };
}

function addressLength(family: number): number {
  if (family === 1) return 4;
  return family === 2 ? 16 : 0;
}

function hostOf(address: Buffer): string {
  if (address.length === 4) return address.join('.');
  const groups: string[] = [];
  for (let at = 0; at < 16; at += 2) groups.push(address.readUInt16BE(at).toString(16));
  return groups.join(':');
}
