import { javaHashCode } from '@rocket-nest/common';
import { isTagType, parseTagExpression } from './tag-expression';
import { TagFilters } from './tags-code-filter';

describe('tag subscriptions', () => {
  it.each(['TagA || TagB', 'TagA||TagB', ' TagA  ||  TagB||'])('parses "%s"', (expression) => {
    const subscription = parseTagExpression('T', expression)!;
    expect(subscription.tagsSet).toEqual(['TagA', 'TagB']);
    expect(subscription.codeSet).toEqual([javaHashCode('TagA'), javaHashCode('TagB')]);
  });

  it.each([undefined, '', '*'])('takes %p for every tag', (expression) => {
    const subscription = parseTagExpression('T', expression)!;
    expect(subscription.subString).toBe('*');
    expect(new TagFilters().filterFor(subscription)).toBeUndefined();
  });

  it('finds no tag in bars alone', () => {
    expect(parseTagExpression('T', '||')).toBeUndefined();
  });

  it('lets through the tags of the subscription, also negative hashes', () => {
    const negative = 'tag-with-a-negative-hash-0';
    const subscription = parseTagExpression('T', `TagA || ${negative}`)!;
    expect(javaHashCode(negative)).toBeLessThan(0);
    const filter = new TagFilters().filterFor(subscription)!;
    expect(filter.matchesTagsCode(javaHashCode('TagA'))).toBe(true);
    expect(filter.matchesTagsCode(javaHashCode(negative))).toBe(true);
    expect(filter.matchesTagsCode(javaHashCode('TagB'))).toBe(false);
    expect(filter.matchesTagsCode(0)).toBe(false);
  });

  it('computes the hashes that a client did not send', () => {
    const subscription = { ...parseTagExpression('T', 'TagA')!, codeSet: [] };
    const filter = new TagFilters().filterFor(subscription)!;
    expect(filter.matchesTagsCode(javaHashCode('TagA'))).toBe(true);
  });

  it('makes one filter for a subscription', () => {
    const filters = new TagFilters();
    const subscription = parseTagExpression('T', 'TagA')!;
    expect(filters.filterFor(subscription)).toBe(filters.filterFor(subscription));
  });

  it('knows a tag type', () => {
    expect([undefined, '', 'TAG', 'SQL92'].map(isTagType)).toEqual([true, true, true, false]);
  });
});
