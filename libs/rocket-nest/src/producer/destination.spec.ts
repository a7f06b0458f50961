import { parseDestination } from './destination';

describe('parseDestination', () => {
  it('reads a topic alone and a topic with a tag', () => {
    expect(parseDestination('order')).toEqual({ topic: 'order' });
    expect(parseDestination('order:PAID')).toEqual({ topic: 'order', tag: 'PAID' });
  });

  it.each(['', ':PAID', 'order:'])('refuses %p', (text) => {
    expect(() => parseDestination(text)).toThrow(/topic:tag/);
  });
});
