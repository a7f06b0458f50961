import { encodeProperties } from '@rocket-nest/common';
import { PropertyBit, PropertyScan } from './property-scan';

function scanOf(properties: Record<string, string> | string): PropertyScan {
  const text =
    typeof properties === 'string'
      ? properties
      : encodeProperties(new Map(Object.entries(properties)));
  const scan = new PropertyScan();
  scan.scan(Buffer.from(text));
  return scan;
}

describe('PropertyScan', () => {
  it('finds the unique key of a plain message and nothing else', () => {
    const text =
      'KEYS\u0001k1 k2\u0002UNIQ_KEY\u0001FD00A1\u0002WAIT\u0001true\u0002TAGS\u0001TagA\u0002';
    const scan = scanOf(text);
    expect(scan.bits).toBe(PropertyBit.UNIQ_KEY);
    expect(text.slice(scan.uniqKeyStart, scan.uniqKeyEnd)).toBe('FD00A1');
  });

  it.each([
    ['DELAY', '3', PropertyBit.DELAY],
    ['TRAN_MSG', 'true', PropertyBit.TRAN_MSG | PropertyBit.TRAN_MSG_TRUE],
    ['TRAN_MSG', 'false', PropertyBit.TRAN_MSG],
    ['TIMER_DELAY_SEC', '1', PropertyBit.TIMER],
    ['TIMER_DELAY_MS', '1', PropertyBit.TIMER],
    ['TIMER_DELIVER_MS', '1', PropertyBit.TIMER],
    ['CLUSTER', 'c', PropertyBit.SET_BY_BROKER],
    ['MSG_REGION', 'r', PropertyBit.SET_BY_BROKER],
    ['TRACE_ON', 'true', PropertyBit.SET_BY_BROKER],
    ['POP_CK', 'x', PropertyBit.POP_CK],
    ['WAIT', 'false', PropertyBit.WAIT_FALSE],
    ['WAIT', 'true', 0],
    ['DELAYED', '3', 0],
    ['TRAN_MSG2', 'true', 0],
    ['xDELAY', '3', 0],
  ])('knows %s=%s', (name, value, bit) => {
    expect(scanOf({ before: 'a', [name]: value, after: 'b' }).bits).toBe(bit);
  });

  it('does not take a value for a name', () => {
    expect(scanOf({ a: 'DELAY', b: 'TRAN_MSG' }).bits).toBe(0);
  });

  it('calls text irregular to which nothing can be appended', () => {
    expect(scanOf('a\u0001b').has(PropertyBit.IRREGULAR)).toBe(true);
    expect(scanOf('a\u0002b\u0001c\u0002').has(PropertyBit.IRREGULAR)).toBe(true);
    expect(scanOf('').bits).toBe(0);
  });

  it('ignores an empty unique key', () => {
    expect(scanOf('UNIQ_KEY\u0001\u0002').has(PropertyBit.UNIQ_KEY)).toBe(false);
  });

  it('forgets the message before', () => {
    const scan = scanOf({ DELAY: '1', UNIQ_KEY: 'a' });
    scan.scan(Buffer.alloc(0));
    expect(scan.bits).toBe(0);
  });
});
