import { Settling } from './settling';

describe('Settling', () => {
  it('waits until nothing is under way for some turns of the event loop', async () => {
    let left = 20;
    const settling = new Settling(() => (left-- > 0 && left % 7 !== 0 ? ['work'] : []));
    await settling.settle(10_000);
    expect(left).toBeLessThan(0);
  });

  it('gives up on what does not end, and waits for it again after it has ended once', async () => {
    const underWay = new Set(['stuck']);
    const settling = new Settling(() => underWay);
    await settling.settle(0);
    let looked = false;
    const others = new Settling(() => {
      looked = true;
      return underWay;
    });
    await others.settle(0);
    expect(looked).toBe(true);
    // Not waited for: this would not come back before the limit.
    await settling.settle(Infinity);
    underWay.clear();
    await settling.settle(Infinity);
    underWay.add('stuck');
    let ended = false;
    const settled = settling.settle(Infinity).then(() => (ended = true));
    for (let turn = 0; turn < 50; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(ended).toBe(false);
    underWay.clear();
    await settled;
  });
});
