/** Longest topic, broker or cluster name that is taken into the route tables. */
export const ROUTE_NAME_MAX_LENGTH = 255;

/**
 * True for a name that may become a key of the route tables: brokers decide what topics are called,
 * so this is wider than what clients may create, but nothing unprintable gets in.
 */
export function isRouteName(name: string): boolean {
  if (name.length === 0 || name.length > ROUTE_NAME_MAX_LENGTH) return false;
  for (let at = 0; at < name.length; at++) {
    const unit = name.charCodeAt(at);
    if (unit < 0x20 || unit === 0x7f) return false;
  }
  return true;
}
