import { javaHashCode } from '@rocket-nest/common';
import type { SubscriptionData } from '@rocket-nest/remoting';

/** Stands for every tag. */
export const SUB_ALL = '*';

/** The kinds of expression that a subscription can be written in. */
export const ExpressionType = { TAG: 'TAG', SQL92: 'SQL92' } as const;

/** True for a plain tag expression, which is also what a missing type means. */
export function isTagType(expressionType: string | undefined): boolean {
  return !expressionType || expressionType === ExpressionType.TAG;
}

/**
 * The subscription of `TagA || TagB`; nothing and `*` mean every tag. Undefined when the expression
 * names no tag.
 */
export function parseTagExpression(
  topic: string,
  expression: string | undefined,
): SubscriptionData | undefined {
  const subscription = {
    classFilterMode: false,
    expressionType: ExpressionType.TAG,
    subString: SUB_ALL,
    subVersion: 0,
    topic,
    tagsSet: [] as string[],
    codeSet: [] as number[],
  };
  if (!expression || expression === SUB_ALL) return subscription;
  const tags = expression
    .split('||')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');
  if (tags.length === 0) return undefined;
  subscription.subString = expression;
  subscription.tagsSet = [...new Set(tags)];
  subscription.codeSet = [...new Set(tags.map(javaHashCode))];
  return subscription;
}
