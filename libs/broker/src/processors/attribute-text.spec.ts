import { parseAttributeChanges } from './attribute-text';

describe('parseAttributeChanges', () => {
  it('reads additions and removals', () => {
    expect([...parseAttributeChanges('+a=1, -b,+c=x=y')!]).toEqual([
      ['+a', '1'],
      ['-b', ''],
      ['+c', 'x=y'],
    ]);
  });

  it.each([undefined, '', '  '])('takes %p as no change', (text) => {
    expect(parseAttributeChanges(text)?.size).toBe(0);
  });

  it.each(['a=1', '+a', '-a=1', '+', '+a=1,+a=2', '+a=1,'])('refuses %p', (text) => {
    expect(parseAttributeChanges(text)).toBeUndefined();
  });
});
