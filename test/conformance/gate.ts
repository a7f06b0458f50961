import { AsyncResource } from 'node:async_hooks';

/** Does something once when it is passed first, before it lets pass. */
export class Gate {
  private readonly atFirst: () => Promise<void>;
  private passing: Promise<void> | undefined;

  /** @param atFirst runs where the gate was made, not in the transaction of who passes */
  constructor(atFirst: () => Promise<void>) {
    this.atFirst = AsyncResource.bind(atFirst);
  }

  pass(): Promise<void> {
    this.passing ??= this.atFirst();
    return this.passing;
  }
}
