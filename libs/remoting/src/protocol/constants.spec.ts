import { LanguageCode, languageName, languageOfName } from './language-code';
import { MQVersion, versionName } from './mq-version';
import { RequestCode } from './request-code';
import { ResponseCode } from './response-code';

describe('constants', () => {
  it('have no number twice', () => {
    for (const codes of [RequestCode, ResponseCode, LanguageCode]) {
      const numbers = Object.values(codes);
      expect(new Set(numbers).size).toBe(numbers.length);
    }
  });

  it.each([
    [0, 'V3_0_0_SNAPSHOT'],
    [15, 'V3_0_0_FINAL'],
    [17, 'V3_0_1'],
    [45, 'V3_0_15'],
    [47, 'V3_1_0'],
    [103, 'V3_3_9'],
    [211, 'V3_9_9'],
    [212, 'V4_0_0_SNAPSHOT'],
    [MQVersion.V4_9_4, 'V4_9_4'],
    [MQVersion.V5_0_0, 'V5_0_0'],
    [MQVersion.V5_3_1, 'V5_3_1'],
    [MQVersion.CURRENT, 'V5_5_0'],
    [611, 'V5_9_9'],
    [612, 'HIGHER_VERSION'],
    [9999, 'HIGHER_VERSION'],
    [-1, 'HIGHER_VERSION'],
  ])('version %i is %s', (ordinal, name) => {
    expect(versionName(ordinal)).toBe(name);
  });

  it('languages are found both ways', () => {
    expect(languageName(LanguageCode.GO)).toBe('GO');
    expect(languageName(200)).toBe('OTHER');
    expect(languageOfName('rust')).toBe(LanguageCode.RUST);
    expect(languageOfName('ELIXIR')).toBeUndefined();
  });
});
