/** Lets several go on together, once all of them have come. */
export class Meeting {
  private arrived = 0;
  private goOn: () => void = () => undefined;
  private readonly all = new Promise<void>((resolve) => (this.goOn = resolve));

  constructor(private readonly expected: number) {}

  arrive(): Promise<void> {
    this.arrived++;
    if (this.arrived === this.expected) this.goOn();
    return this.all;
  }
}
