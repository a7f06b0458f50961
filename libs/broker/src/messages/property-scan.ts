/** Which of the properties that the broker acts on a message carries. */
export const PropertyBit = {
  UNIQ_KEY: 1,
  DELAY: 2,
  WAIT_FALSE: 4,
  TRAN_MSG: 8,
  /** One of TIMER_DELAY_SEC, TIMER_DELAY_MS, TIMER_DELIVER_MS. */
  TIMER: 16,
  /** One of those that the broker sets itself: CLUSTER, MSG_REGION, TRACE_ON. */
  SET_BY_BROKER: 32,
  /** POP_CK, which a client must not bring. */
  POP_CK: 64,
  /** Not in the form that properties can simply be appended to. */
  IRREGULAR: 128,
  /** TRAN_MSG has the value `true`. */
  TRAN_MSG_TRUE: 256,
} as const;

const NAME_END = 1;
const VALUE_END = 2;

/**
 * One pass over encoded properties, without decoding them:
 *
 *     repeated: name \u0001 value \u0002
 *
 * Holds the outcome of the last `scan`, so that nothing is allocated for a message.
 */
export class PropertyScan {
  /** Bits of `PropertyBit`. */
  bits = 0;
  /** Where the value of UNIQ_KEY lies, when there is one. */
  uniqKeyStart = 0;
  uniqKeyEnd = 0;

  scan(text: Buffer): void {
    this.bits = 0;
    const length = text.length;
    if (length > 0 && text[length - 1] !== VALUE_END) this.bits |= PropertyBit.IRREGULAR;
    let at = 0;
    while (at < length) {
      const nameStart = at;
      while (at < length && text[at] !== NAME_END && text[at] !== VALUE_END) at++;
      if (at >= length || text[at] === VALUE_END) {
        this.bits |= PropertyBit.IRREGULAR;
        at++;
        continue;
      }
      const valueStart = ++at;
      while (at < length && text[at] !== VALUE_END) at++;
      this.note(text, nameStart, valueStart, at);
      at++;
    }
  }

  has(bits: number): boolean {
    return (this.bits & bits) !== 0;
  }

  private note(text: Buffer, nameStart: number, valueStart: number, valueEnd: number): void {
    const nameLength = valueStart - 1 - nameStart;
    switch (text[nameStart]) {
      case 0x55: // U
        if (!isName(text, nameStart, nameLength, UNIQ_KEY) || valueEnd === valueStart) return;
        this.bits |= PropertyBit.UNIQ_KEY;
        this.uniqKeyStart = valueStart;
        this.uniqKeyEnd = valueEnd;
        return;
      case 0x44: // D
        if (isName(text, nameStart, nameLength, DELAY)) this.bits |= PropertyBit.DELAY;
        return;
      case 0x57: // W
        if (!isName(text, nameStart, nameLength, WAIT)) return;
        if (isName(text, valueStart, valueEnd - valueStart, FALSE)) {
          this.bits |= PropertyBit.WAIT_FALSE;
        }
        return;
      case 0x54: // T
        this.noteNameWithT(text, nameStart, nameLength, valueEnd);
        return;
      case 0x43: // C
        if (isName(text, nameStart, nameLength, CLUSTER)) this.bits |= PropertyBit.SET_BY_BROKER;
        return;
      case 0x4d: // M
        if (isName(text, nameStart, nameLength, MSG_REGION)) this.bits |= PropertyBit.SET_BY_BROKER;
        return;
      case 0x50: // P
        if (isName(text, nameStart, nameLength, POP_CK)) this.bits |= PropertyBit.POP_CK;
        return;
      default:
    }
  }

  private noteNameWithT(text: Buffer, start: number, length: number, valueEnd: number): void {
    if (length === TAGS_LENGTH) return;
    if (isName(text, start, length, TRACE_ON)) this.bits |= PropertyBit.SET_BY_BROKER;
    else if (isName(text, start, length, TRAN_MSG)) {
      const valueStart = start + length + 1;
      const isTrue = isName(text, valueStart, valueEnd - valueStart, TRUE);
      this.bits |= PropertyBit.TRAN_MSG | (isTrue ? PropertyBit.TRAN_MSG_TRUE : 0);
    } else if (
      isName(text, start, length, TIMER_DELAY_SEC) ||
      isName(text, start, length, TIMER_DELAY_MS) ||
      isName(text, start, length, TIMER_DELIVER_MS)
    ) {
      this.bits |= PropertyBit.TIMER;
    }
  }
}

const TAGS_LENGTH = 4;
const UNIQ_KEY = Buffer.from('UNIQ_KEY');
const DELAY = Buffer.from('DELAY');
const WAIT = Buffer.from('WAIT');
const FALSE = Buffer.from('false');
const TRUE = Buffer.from('true');
const CLUSTER = Buffer.from('CLUSTER');
const MSG_REGION = Buffer.from('MSG_REGION');
const POP_CK = Buffer.from('POP_CK');
const TRACE_ON = Buffer.from('TRACE_ON');
const TRAN_MSG = Buffer.from('TRAN_MSG');
const TIMER_DELAY_SEC = Buffer.from('TIMER_DELAY_SEC');
const TIMER_DELAY_MS = Buffer.from('TIMER_DELAY_MS');
const TIMER_DELIVER_MS = Buffer.from('TIMER_DELIVER_MS');

function isName(text: Buffer, start: number, length: number, name: Buffer): boolean {
  if (length !== name.length) return false;
  for (let i = 0; i < length; i++) if (text[start + i] !== name[i]) return false;
  return true;
}
