/** Takes the ext fields of a command one by one, straight into the frame being built. */
export interface ExtFieldWriter {
  text(name: string, value: string): void;
  /** A safe integer, written in decimal. */
  integer(name: string, value: number): void;
  /**
   * Where the frame is JSON: takes fields as ready members, `"name":"value",...`, of plain ASCII.
   * Undefined for other frames.
   */
  readonly json: ((members: string) => void) | undefined;
}

/**
 * A header that writes itself without a Map. It is asked once, when its command is encoded, which
 * may be at the end of the event-loop turn: it must not change after it was handed over.
 */
export interface CustomHeader {
  writeTo(writer: ExtFieldWriter): void;
}

/** Collects ext fields in a Map. */
export class MapFieldWriter implements ExtFieldWriter {
  readonly json = undefined;

  constructor(readonly fields: Map<string, string>) {}

  text(name: string, value: string): void {
    this.fields.set(name, value);
  }

  integer(name: string, value: number): void {
    this.fields.set(name, String(value));
  }
}
