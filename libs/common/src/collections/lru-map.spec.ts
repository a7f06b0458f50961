import { LruMap } from './lru-map';

describe('LruMap', () => {
  it('drops what was unused for longest and tells', () => {
    const dropped: string[] = [];
    const map = new LruMap<string, number>(2, (key, value) => dropped.push(`${key}=${value}`));
    map.set('a', 1);
    map.set('b', 2);
    expect(map.get('a')).toBe(1);
    map.set('c', 3);
    expect(dropped).toEqual(['b=2']);
    expect([...map.keys()]).toEqual(['a', 'c']);
  });

  it('replaces and deletes without telling', () => {
    const dropped = jest.fn();
    const map = new LruMap<string, number>(1, dropped);
    map.set('a', 1);
    map.set('a', 2);
    expect([...map.values()]).toEqual([2]);
    expect([map.delete('a'), map.delete('a'), map.has('a'), map.size]).toEqual([
      true,
      false,
      false,
      0,
    ]);
    expect(map.get('a')).toBeUndefined();
    map.set('b', 1);
    map.clear();
    expect(map.size).toBe(0);
    expect(dropped).not.toHaveBeenCalled();
  });

  it('needs a positive bound', () => {
    expect(() => new LruMap(0)).toThrow('maxEntries');
  });
});
