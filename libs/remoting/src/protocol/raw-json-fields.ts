/** The ext fields of a JSON header as they came: an object from `start` (its brace) up to `end`. */
export class RawJsonFields {
  constructor(
    readonly bytes: Buffer,
    readonly start: number,
    readonly end: number,
  ) {}
}
