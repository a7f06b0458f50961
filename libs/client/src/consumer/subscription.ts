import { javaHashCode, MessageConst, type MessageExt } from '@rocket-nest/common';
import type { SubscriptionData } from '@rocket-nest/remoting';
import { ClientError } from '../errors/client-error';

/** Takes messages of all tags. */
const ALL = '*';

/** A filter other than a tag expression. */
export interface MessageSelector {
  readonly type: 'TAG' | 'SQL92';
  readonly expression: string;
}

/** A topic that a consumer takes messages from, and which of them. */
export interface Subscription extends SubscriptionData {
  readonly subString: string;
}

/**
 * Reads `TagA || TagB`; `*`, empty and nothing mean all. `version` grows with each change of the
 * subscription, brokers keep the newest.
 */
export function createSubscription(
  topic: string,
  filter: string | MessageSelector | undefined,
  version: number,
): Subscription {
  const selector = typeof filter === 'object' ? filter : { type: 'TAG', expression: filter ?? ALL };
  const base = { classFilterMode: false, topic, subVersion: version };
  const expression = selector.expression.trim();
  if (selector.type !== 'TAG') {
    const { type } = selector;
    return { ...base, expressionType: type, subString: expression, tagsSet: [], codeSet: [] };
  }
  if (expression === '' || expression === ALL) {
    return { ...base, expressionType: 'TAG', subString: ALL, tagsSet: [], codeSet: [] };
  }
  const tags = expression
    .split('||')
    .map((tag) => tag.trim())
    .filter((tag) => tag.length > 0);
  if (tags.length === 0) {
    throw new ClientError(
      'SUBSCRIPTION_ILLEGAL',
      `the tag expression '${expression}' of topic ${topic} names no tag: write TagA || TagB or *`,
    );
  }
  const tagsSet = [...new Set(tags)];
  const codeSet = [...new Set(tagsSet.map((tag) => javaHashCode(tag)))];
  return { ...base, expressionType: 'TAG', subString: expression, tagsSet, codeSet };
}

/** Brokers compare hashes of tags only, so what they let through is compared here once more. */
export function matchesTags(subscription: Subscription, message: MessageExt): boolean {
  if (subscription.expressionType !== 'TAG' || subscription.tagsSet.length === 0) return true;
  const tag = message.properties.get(MessageConst.PROPERTY_TAGS);
  return tag !== undefined && subscription.tagsSet.includes(tag);
}
