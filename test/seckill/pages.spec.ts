import * as path from 'node:path';
import type { Browser, BrowserContext, Locator, Page } from 'playwright-core';
import { openBrowser } from '../support/browser';
import { waitFor } from '../support/polling';
import { EmbeddedShop } from './embedded-shop';

jest.setTimeout(120_000);

/** Where pictures of the pages go, for people to look at; none by default. */
const PICTURES = process.env['SECKILL_PICTURES'];
const LIMIT_MS = 30_000;
const NARROW = { width: 390, height: 844 };
const WIDE = { width: 1440, height: 900 };

let shop: EmbeddedShop;
let browser: Browser;
beforeAll(async () => {
  [shop, browser] = await Promise.all([EmbeddedShop.start('5s'), openBrowser()]);
}, 180_000);
afterAll(async () => {
  await browser?.close();
  await shop?.stop();
}, 60_000);

/** Waits until the text of what is found is, or matches, this one. */
function reads(found: Locator, text: string | RegExp): Promise<void> {
  return waitFor(
    `${found} to read ${text}`,
    async () => {
      const [now] = await found.allInnerTexts();
      return now !== undefined && (typeof text === 'string' ? now === text : text.test(now));
    },
    LIMIT_MS,
  );
}

/** A buyer's browser; what goes wrong in its pages fails the test. */
class Visitor {
  readonly problems: string[] = [];
  private constructor(
    private readonly context: BrowserContext,
    readonly page: Page,
  ) {
    page.on('pageerror', (error) => this.problems.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.problems.push(message.text());
    });
  }

  static async open(file = '', options: Parameters<Browser['newContext']>[0] = {}) {
    const context = await browser.newContext({ viewport: WIDE, ...options });
    context.setDefaultTimeout(LIMIT_MS);
    const visitor = new Visitor(context, await context.newPage());
    // The page asks now and then by itself: only news are to tell it here.
    await visitor.page.addInitScript(`{
      const every = window.setInterval;
      window.setInterval = (work, ms) => (ms >= 10000 ? 0 : every(work, ms));
    }`);
    await visitor.page.goto(`${shop.url}/${file}`);
    await visitor.page.evaluate('window.isSamePage = true');
    return visitor;
  }

  sale(id: string): Locator {
    return this.page.locator(`[data-sale="${id}"]`);
  }

  buyButton(saleId: string): Locator {
    return this.sale(saleId).locator('button');
  }

  /** Orders as they are listed, the newest first. */
  order(index = 0): Locator {
    return this.page.locator('[data-order]').nth(index);
  }

  stateOf(order: Locator): Locator {
    return order.locator('.state');
  }

  async buy(saleId: string): Promise<void> {
    await reads(this.buyButton(saleId), 'Buy');
    await this.buyButton(saleId).click();
    await reads(this.buyButton(saleId), 'Ordered');
  }

  async picture(name: string): Promise<void> {
    if (!PICTURES) return;
    await this.page.screenshot({ path: path.join(PICTURES, `${name}.png`), fullPage: true });
  }

  /** @param expected console messages that belong to what was done */
  async close(expected: RegExp = /^$/): Promise<void> {
    const isSamePage = await this.page.evaluate('window.isSamePage === true');
    await this.context.close();
    expect(isSamePage).toBe(true);
    expect(this.problems.filter((problem) => !expected.test(problem))).toEqual([]);
  }
}

describe('the page for buyers', () => {
  it('counts down, sells, takes the money and says that the order stands, without a reload', async () => {
    const visitor = await Visitor.open();
    const saleId = await shop.openSale({ title: 'Headphones', stock: 3, opensInMs: 6000 });
    const button = visitor.buyButton(saleId);
    await reads(button, /^Opens in 00:0\d$/);
    expect(await button.isDisabled()).toBe(true);
    await reads(visitor.sale(saleId), /€199\.00 · 3 of 3 left/);
    await visitor.picture('countdown');
    await visitor.buy(saleId);
    await reads(visitor.sale(saleId), /2 of 3 left/);
    const order = visitor.order();
    await reads(visitor.stateOf(order), 'CREATED');
    await order.locator('button.pay').dblclick();
    await reads(visitor.stateOf(order), 'CONFIRMED');
    expect(await order.locator('button').count()).toBe(0);
    expect(await button.isDisabled()).toBe(true);
    await visitor.picture('confirmed');
    await visitor.close();
  });

  it('shows by itself that an order was not paid in time, and its item on sale again', async () => {
    const saleId = await shop.openSale({ title: 'Keyboard', stock: 1 });
    const visitor = await Visitor.open();
    await visitor.buy(saleId);
    await reads(visitor.stateOf(visitor.order()), 'CREATED');
    await reads(visitor.stateOf(visitor.order()), 'CANCELLED');
    expect(await visitor.order().locator('button').count()).toBe(0);
    const next = await Visitor.open();
    await reads(next.sale(saleId), /1 of 1 left/);
    await next.buy(saleId);
    await Promise.all([visitor.close(), next.close()]);
  });

  it('keeps the buyer and his orders when it is opened again', async () => {
    const saleId = await shop.openSale({ title: 'Mouse', stock: 1 });
    const visitor = await Visitor.open();
    await visitor.buy(saleId);
    await visitor.order().locator('button.pay').click();
    await reads(visitor.stateOf(visitor.order()), 'CONFIRMED');
    await visitor.page.goto(shop.url);
    await visitor.page.evaluate('window.isSamePage = true');
    await reads(visitor.stateOf(visitor.order()), 'CONFIRMED');
    await reads(visitor.buyButton(saleId), 'Ordered');
    await visitor.close();
  });

  it('says when everything is sold', async () => {
    const saleId = await shop.openSale({ title: 'Monitor', stock: 1 });
    const visitor = await Visitor.open();
    await reads(visitor.buyButton(saleId), 'Buy');
    await shop.buyElsewhere(saleId);
    await reads(visitor.buyButton(saleId), 'Sold out');
    expect(await visitor.buyButton(saleId).isDisabled()).toBe(true);
    await visitor.close();
  });

  it('shows the sentence of a refusal to who came too late', async () => {
    const saleId = await shop.openSale({ title: 'Camera', stock: 1 });
    const visitor = await Visitor.open();
    await reads(visitor.buyButton(saleId), 'Buy');
    // The page does not hear that someone else was quicker.
    await visitor.page.route('**/api/sales', (route) => route.abort());
    await shop.buyElsewhere(saleId);
    await visitor.buyButton(saleId).click();
    await reads(visitor.page.locator('#message'), 'all items are sold');
    await visitor.picture('refused');
    await visitor.close(/409|ERR_FAILED/);
  });
});

describe('the page for operators', () => {
  const cellsOf = async (page: Page, key: string): Promise<string[]> =>
    page.locator(`tr[data-key="${key}"] td`).allInnerTexts();

  it('shows stock, gate, orders, money and messages as they change', async () => {
    const saleId = await shop.openSale({ title: 'Tablet', stock: 4 });
    const operator = await Visitor.open('operator.html');
    await waitFor('the new sale', async () => (await cellsOf(operator.page, saleId)).length > 0);
    const buyer = await Visitor.open();
    await buyer.buy(saleId);
    await buyer.order().locator('button.pay').click();
    await reads(buyer.stateOf(buyer.order()), 'CONFIRMED');
    await shop.buyElsewhere(saleId);
    const expected = ['Tablet', '4', '3', '3', '0', '1 · €199.00', '1', '1 · €199.00'];
    let now: string[] = [];
    await waitFor(
      'one confirmed and one cancelled order',
      async () => {
        now = await cellsOf(operator.page, saleId);
        return expected.every((text, index) => now[index] === text);
      },
      LIMIT_MS,
    ).catch((error: Error) => {
      throw new Error(`${error.message}: ${now.join(' | ')}`);
    });
    for (const group of ['seckill-order-paid', 'seckill-payment-order']) {
      await waitFor('nothing in flight', async () => {
        const cells = await cellsOf(operator.page, group);
        return cells[1] === '0' && cells[2] === '0';
      });
    }
    const replay = operator.page.locator('tr[data-key="seckill-order-paid"] button');
    expect(await replay.isDisabled()).toBe(true);
    await Promise.all([operator.close(), buyer.close()]);
  });

  it('shows dead letters and gives them to their group again', async () => {
    const operator = await Visitor.open('operator.html');
    const row = operator.page.locator('tr[data-key="seckill-order-paid"]');
    await reads(row.locator('td').nth(2), '0');
    await shop.sendBrokenPayment();
    await reads(row.locator('td').nth(2), '1');
    await operator.picture('dead-letter');
    const answer = operator.page.waitForResponse(/seckill-order-paid\/replay$/);
    await row.locator('button').click();
    expect(await (await answer).json()).toEqual({ replayed: 1 });
    // Nobody has mended it, so it dies again.
    await waitFor('the button to be of use again', () => row.locator('button').isEnabled());
    await reads(row.locator('td').nth(2), '1');
    await operator.close();
  });
});

describe.each([
  ['narrow', NARROW],
  ['wide', WIDE],
])('on a %s screen', (width, viewport) => {
  it.each(['light', 'dark'] as const)('nothing is cut off or hidden, %s', async (colorScheme) => {
    const title = 'Headphones with noise cancelling and a case, wireless, black';
    const saleId = await shop.openSale({ title, stock: 2 });
    const visitor = await Visitor.open('', { viewport, colorScheme });
    await visitor.buy(saleId);
    for (const file of ['', 'operator.html']) {
      await visitor.page.goto(`${shop.url}/${file}`);
      await visitor.page.evaluate('window.isSamePage = true');
      const shown =
        file === '' ? visitor.order() : visitor.page.locator('#groups tbody tr').first();
      await shown.waitFor();
      await visitor.picture(`${file === '' ? 'shop' : 'operator'}-${width}-${colorScheme}`);
      expect(await overflowOf(visitor.page)).toBe(0);
      expect(await misplacedOf(visitor.page)).toEqual([]);
    }
    await visitor.close();
  });
});

/** Pixels by which the page is wider than the window. */
function overflowOf(page: Page): Promise<number> {
  return page.evaluate(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
}

/** Buttons and states that stand beyond the window; buttons that are too small for a finger. */
function misplacedOf(page: Page): Promise<string[]> {
  return page.evaluate(`
    [...document.querySelectorAll('button, .state')]
      .filter((each) => {
        const { left, right, height } = each.getBoundingClientRect();
        const isSmall = each.tagName === 'BUTTON' && height < 36;
        return left < 0 || right > innerWidth || isSmall;
      })
      .map((each) => each.textContent)`);
}
