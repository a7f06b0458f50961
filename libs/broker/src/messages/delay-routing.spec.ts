import { delayLevelOf, routeByDelayLevel } from './delay-routing';

describe('routeByDelayLevel', () => {
  it('sends a delayed message to the queue of its level and remembers where it belongs', () => {
    const properties = new Map([['DELAY', '3']]);
    expect(routeByDelayLevel({ topic: 'T', queueId: 5 }, properties, 18)).toEqual({
      topic: 'SCHEDULE_TOPIC_XXXX',
      queueId: 2,
    });
    expect(Object.fromEntries(properties)).toEqual({ DELAY: '3', REAL_TOPIC: 'T', REAL_QID: '5' });
  });

  it('caps a level that does not exist', () => {
    const properties = new Map([['DELAY', '99']]);
    expect(routeByDelayLevel({ topic: 'T', queueId: 0 }, properties, 18).queueId).toBe(17);
    expect(properties.get('DELAY')).toBe('18');
  });

  it.each(['0', '-1', 'abc', '1.5'])('leaves level %s alone', (level) => {
    const target = { topic: 'T', queueId: 1 };
    const properties = new Map([['DELAY', level]]);
    expect(routeByDelayLevel(target, properties, 18)).toBe(target);
    expect([...properties.keys()]).toEqual(['DELAY']);
    expect(delayLevelOf(properties)).toBeLessThanOrEqual(0);
  });
});
