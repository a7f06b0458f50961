import { timeSpanMs } from './time-span';

describe('timeSpanMs', () => {
  it('reads every unit, and plain milliseconds', () => {
    const spans = [1500, '250ms', '30s', '1.5m', '2h', '1d'] as const;
    expect(spans.map((span) => timeSpanMs(span))).toEqual([
      1500, 250, 30_000, 90_000, 7_200_000, 86_400_000,
    ]);
  });

  it.each(['30', '5 m', '-1s', '', 'soon'])('refuses %p and says what to write', (span) => {
    expect(() => timeSpanMs(span as '1s')).toThrow("like '250ms', '30s'");
  });

  it('refuses negative and endless numbers', () => {
    expect(() => timeSpanMs(-1)).toThrow('span of time');
    expect(() => timeSpanMs(Infinity)).toThrow('span of time');
  });
});
