import type { MessageExt } from '@rocket-nest/common';
import { createSubscription, matchesTags } from './subscription';

const tagged = (tag?: string): MessageExt =>
  ({ properties: new Map(tag === undefined ? [] : [['TAGS', tag]]) }) as unknown as MessageExt;

describe('createSubscription', () => {
  it('takes tags apart with the hashes that brokers compare', () => {
    expect(createSubscription('T', ' TagA||TagB ||  ', 5)).toEqual({
      topic: 'T',
      subString: 'TagA||TagB ||',
      tagsSet: ['TagA', 'TagB'],
      codeSet: [2598919, 2598920],
      subVersion: 5,
      expressionType: 'TAG',
      classFilterMode: false,
    });
  });

  it.each([undefined, '', '*', ' * '])('takes %p for all', (expression) => {
    const subscription = createSubscription('T', expression, 1);
    expect(subscription).toMatchObject({ subString: '*', tagsSet: [], codeSet: [] });
    expect(matchesTags(subscription, tagged())).toBe(true);
  });

  it('leaves other filters to the broker', () => {
    const subscription = createSubscription('T', { type: 'SQL92', expression: 'a > 1' }, 1);
    expect(subscription).toMatchObject({ expressionType: 'SQL92', subString: 'a > 1' });
    expect(matchesTags(subscription, tagged('any'))).toBe(true);
  });

  it('lets only its tags through', () => {
    const subscription = createSubscription('T', 'AaAa', 1);
    expect(
      ['AaAa', 'BBBB', undefined].map((tag) => matchesTags(subscription, tagged(tag))),
    ).toEqual([true, false, false]);
  });
});
