/** Decides which messages of a queue a pull returns. */
export interface MessageFilter {
  /** By the tags code of the consume queue unit: Java's hash of TAGS, 0 without tags. */
  matchesTagsCode(tagsCode: number): boolean;
  /** By the whole stored record; asked only for units that passed the tags code. */
  matchesRecord?(record: Buffer): boolean;
}
