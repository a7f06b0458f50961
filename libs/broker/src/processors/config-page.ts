import type { DataVersion } from '@rocket-nest/common';
import { parseJson } from '@rocket-nest/remoting';
import { asDataVersion } from '../background/json-read';

/** Which part of a table a caller wants: `count` entries from `start`. */
export interface PageRequest {
  readonly start: number;
  readonly count: number;
}

/** What a caller that takes a table page by page says; without `count` it wants all. */
export interface PageHeader {
  readonly start: number;
  readonly count: number | undefined;
  /** JSON of the table's version that its earlier pages had; absent or empty for the first. */
  readonly dataVersion: string | undefined;
}

/**
 * The part of the table to answer. A caller whose earlier pages are of another version than the
 * table now has gets the first page again, and begins anew.
 */
export function pageRequestOf(
  settings: { readonly enableSplitMetadata: boolean; readonly splitMetadataSize: number },
  current: DataVersion,
  header: PageHeader | undefined,
): PageRequest {
  if (!settings.enableSplitMetadata || header?.count === undefined) {
    return { start: 0, count: Number.POSITIVE_INFINITY };
  }
  const count = Math.max(0, Math.min(header.count, settings.splitMetadataSize));
  return { start: isVersion(header.dataVersion, current) ? Math.max(0, header.start) : 0, count };
}

function isVersion(text: string | undefined, current: DataVersion): boolean {
  if (!text) return false;
  try {
    return current.equals(asDataVersion(parseJson(text)));
  } catch {
    return false;
  }
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
