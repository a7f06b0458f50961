/** Lets one at a time in, in the order they came; whoever is in stays until it leaves. */
export class TurnLock {
  private holder: object | undefined;
  private readonly waiting: { readonly who: object; readonly enter: () => void }[] = [];

  /** Resolves at once for the one who is in. */
  enter(who: object): Promise<void> {
    if (this.holder === who) return Promise.resolve();
    if (this.holder === undefined) {
      this.holder = who;
      return Promise.resolve();
    }
    return new Promise((enter) => this.waiting.push({ who, enter }));
  }

  isIn(who: object): boolean {
    return this.holder === who;
  }

  leave(who: object): void {
    if (this.holder !== who) return;
    const next = this.waiting.shift();
    this.holder = next?.who;
    next?.enter();
  }
}
