/** Which part of a table a caller wants: `count` entries from `start`. */
export interface PageRequest {
  readonly start: number;
  readonly count: number;
}

/** All of it, unless the caller counts and the broker splits its tables (enableSplitMetadata). */
export function pageRequestOf(
  settings: { readonly enableSplitMetadata: boolean; readonly splitMetadataSize: number },
  start: number | undefined,
  count: number | undefined,
): PageRequest {
  if (!settings.enableSplitMetadata || start === undefined || count === undefined) {
    return { start: 0, count: Number.POSITIVE_INFINITY };
  }
  return {
    start: Math.max(0, start),
    count: Math.max(0, Math.min(count, settings.splitMetadataSize)),
  };
}

/** The entries of a page, in the table's order. */
export function pageOf<T>(entries: Iterable<T>, page: PageRequest): T[] {
  const found: T[] = [];
  let index = 0;
  for (const entry of entries) {
    if (index++ < page.start) continue;
    if (found.length >= page.count) break;
    found.push(entry);
  }
  return found;
}
