const OPENS_AFTER_MS = 15_000;
const LASTS_MS = 3_600_000;
const STOCK = 100;
const PRICE_CENTS = 19_900;

/** Puts a sale on the page that is about to open. */
export async function openDemoSale(shop: string): Promise<void> {
  const opensAt = Date.now() + OPENS_AFTER_MS;
  const response = await fetch(`${shop}/api/sales`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      title: 'Headphones, wireless',
      priceCents: PRICE_CENTS,
      stock: STOCK,
      opensAt: new Date(opensAt).toISOString(),
      closesAt: new Date(opensAt + LASTS_MS).toISOString(),
    }),
  });
  if (!response.ok) throw new Error(`the demo sale was not opened: ${await response.text()}`);
}
