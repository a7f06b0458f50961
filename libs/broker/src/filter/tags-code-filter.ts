import { javaHashCode } from '@rocket-nest/common';
import type { SubscriptionData } from '@rocket-nest/remoting';
import type { MessageFilter } from '@rocket-nest/store';
import { SUB_ALL } from './tag-expression';

/**
 * Lets through what carries one of a subscription's tags, by the hash of the tag: another tag may
 * share the hash, which is why clients check the tag itself again.
 */
export class TagsCodeFilter implements MessageFilter {
  private readonly codes: ReadonlySet<number>;

  constructor(subscription: SubscriptionData) {
    const { codeSet, tagsSet } = subscription;
    this.codes = new Set(codeSet.length > 0 ? codeSet : tagsSet.map(javaHashCode));
  }

  matchesTagsCode(tagsCode: number): boolean {
    return this.codes.has(tagsCode | 0);
  }
}

/** Makes the filters of tag subscriptions, once for each subscription object. */
export class TagFilters {
  private readonly filters = new WeakMap<SubscriptionData, TagsCodeFilter>();

  /** Undefined when the subscription takes every message. */
  filterFor(subscription: SubscriptionData): MessageFilter | undefined {
    const { subString, classFilterMode } = subscription;
    if (classFilterMode || !subString || subString === SUB_ALL) return undefined;
    let filter = this.filters.get(subscription);
    if (!filter) this.filters.set(subscription, (filter = new TagsCodeFilter(subscription)));
    return filter;
  }
}
