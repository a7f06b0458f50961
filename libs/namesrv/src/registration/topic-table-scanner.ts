import type { Steps } from '@rocket-nest/common/internal';
import { MAX_JSON_DEPTH, type JsonValue } from '@rocket-nest/remoting';

const QUOTE = 0x22;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const BACKSLASH = 0x5c;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

const TABLE_START = '"topicConfigTable":{';
/** Members read between two steps, well below a millisecond. */
const MEMBERS_PER_STEP = 50;

/** The members of a body's topic table, and the body without them. */
export interface ScannedTopicTable {
  readonly members: readonly (readonly [name: string, config: JsonValue])[];
  readonly rest: Buffer;
}

/**
 * Takes the topic table of a registration body apart member by member, so that a body of megabytes
 * need not be read at once. Undefined when the body is not the compact standard JSON that brokers
 * send; then it is to be read as a whole.
 */
export function* scanTopicTable(body: Buffer): Steps<ScannedTopicTable | undefined> {
  const found = body.indexOf(TABLE_START);
  if (found < 0) return undefined;
  const start = found + TABLE_START.length;
  const members: [string, JsonValue][] = [];
  let at = start;
  while (body[at] !== CLOSE_BRACE) {
    if (members.length > 0 && body[at++] !== COMMA) return undefined;
    const member = memberAt(body, at);
    if (!member) return undefined;
    members.push([member.name, member.config]);
    at = member.end;
    if (members.length % MEMBERS_PER_STEP === 0) yield;
  }
  return { members, rest: Buffer.concat([body.subarray(0, start), body.subarray(at)]) };
}

interface Member {
  readonly name: string;
  readonly config: JsonValue;
  readonly end: number;
}

/** `"name":{...}` at `at`, undefined when something else is there. */
function memberAt(body: Buffer, at: number): Member | undefined {
  if (body[at] !== QUOTE) return undefined;
  const nameEnd = endOfText(body, at + 1) + 1;
  if (body[nameEnd] !== COLON || body[nameEnd + 1] !== OPEN_BRACE) return undefined;
  const end = endOfObject(body, nameEnd + 1);
  try {
    const name = JSON.parse(body.toString('utf8', at, nameEnd)) as string;
    const config = JSON.parse(body.toString('utf8', nameEnd + 1, end)) as JsonValue;
    return { name, config, end };
  } catch {
    return undefined;
  }
}

/** Where the quote is that closes the text beginning at `start`. */
function endOfText(body: Buffer, start: number): number {
  for (let at = start; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at++;
  }
  return body.length;
}

/** One past the brace that closes the object at `start`; `start` when it is nested too deep. */
function endOfObject(body: Buffer, start: number): number {
  let depth = 0;
  for (let at = start; at < body.length; at++) {
    const byte = body[at];
    if (byte === QUOTE) at = endOfText(body, at + 1);
    else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) {
      if (++depth > MAX_JSON_DEPTH) return start;
    } else if ((byte === CLOSE_BRACE || byte === CLOSE_BRACKET) && --depth === 0) return at + 1;
  }
  return body.length;
}
