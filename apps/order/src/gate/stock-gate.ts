/** What the gate says to a buyer. EMPTY: it knows nothing of the sale and has to be filled first. */
export type Admission = 'ADMITTED' | 'SOLD_OUT' | 'ALREADY_BOUGHT' | 'EMPTY';

/** What the database knows of a sale, to fill the gate with. */
export interface GateFilling {
  readonly remaining: number;
  /** Who has an order, and whose order was cancelled. */
  readonly orders: readonly {
    readonly buyerId: string;
    readonly orderId: string;
    readonly isReleased: boolean;
  }[];
}

export interface Reservation {
  readonly saleId: string;
  readonly buyerId: string;
  readonly orderId: string;
}

/**
 * Stands in front of the database: lets at most as many buyers through as there are items, each
 * once, with one atomic step a buyer. The database stays the truth; a gate that was lost is filled
 * from it.
 */
export abstract class StockGate {
  /** Takes one item for the buyer. */
  abstract reserve(reservation: Reservation): Promise<Admission>;

  /** The order stands in the database; its reservation needs no more looking after. */
  abstract settle(reservation: Reservation): Promise<void>;

  /**
   * Gives the item of this order back, once however often it is called. `forgetBuyer` lets the buyer
   * try again; `keepItem` gives nothing back, for an item that the database says does not exist.
   * Resolves with whether this call gave the reservation up.
   */
  abstract release(
    reservation: Reservation,
    how?: { readonly forgetBuyer?: boolean; readonly keepItem?: boolean },
  ): Promise<boolean>;

  /** Fills an empty gate; one that was filled meanwhile stays as it is. */
  abstract fill(saleId: string, filling: GateFilling): Promise<void>;

  /** Items that the gate would still give; undefined when it is empty. */
  abstract remaining(saleId: string): Promise<number | undefined>;

  /** Reservations older than `ageMs` that were neither settled nor released. */
  abstract unsettled(saleId: string, ageMs: number): Promise<Reservation[]>;
}
