import { StockGate, type Admission, type GateFilling, type Reservation } from './stock-gate';

interface SaleGate {
  remaining: number;
  /** Buyers who are through, with their order. */
  readonly buyers: Map<string, { readonly orderId: string; isReleased: boolean }>;
  /** When the reservation was made, by order id, until the order stands. */
  readonly pending: Map<string, { readonly reservation: Reservation; readonly at: number }>;
}

/** The gate of a single instance, in its memory: the embedded default. */
export class MemoryStockGate extends StockGate {
  private readonly sales = new Map<string, SaleGate>();

  async reserve(reservation: Reservation): Promise<Admission> {
    const { saleId, buyerId, orderId } = reservation;
    const gate = this.sales.get(saleId);
    if (!gate) return 'EMPTY';
    if (gate.buyers.has(buyerId)) return 'ALREADY_BOUGHT';
    if (gate.remaining <= 0) return 'SOLD_OUT';
    gate.remaining--;
    gate.buyers.set(buyerId, { orderId, isReleased: false });
    gate.pending.set(orderId, { reservation, at: Date.now() });
    return 'ADMITTED';
  }

  async settle({ saleId, orderId }: Reservation): Promise<void> {
    this.sales.get(saleId)?.pending.delete(orderId);
  }

  async release(
    { saleId, buyerId, orderId }: Reservation,
    { forgetBuyer = false, keepItem = false } = {},
  ): Promise<boolean> {
    const gate = this.sales.get(saleId);
    const entry = gate?.buyers.get(buyerId);
    if (!gate || !entry || entry.orderId !== orderId || entry.isReleased) return false;
    entry.isReleased = true;
    if (forgetBuyer) gate.buyers.delete(buyerId);
    gate.pending.delete(orderId);
    if (!keepItem) gate.remaining++;
    return true;
  }

  async fill(saleId: string, { remaining, orders }: GateFilling): Promise<void> {
    if (this.sales.has(saleId)) return;
    const buyers = new Map<string, { orderId: string; isReleased: boolean }>();
    for (const { buyerId, ...entry } of orders) buyers.set(buyerId, { ...entry });
    this.sales.set(saleId, { remaining, buyers, pending: new Map() });
  }

  async remaining(saleId: string): Promise<number | undefined> {
    return this.sales.get(saleId)?.remaining;
  }

  async unsettled(saleId: string, ageMs: number): Promise<Reservation[]> {
    const before = Date.now() - ageMs;
    const pending = this.sales.get(saleId)?.pending.values() ?? [];
    return [...pending].filter(({ at }) => at <= before).map(({ reservation }) => reservation);
  }
}
