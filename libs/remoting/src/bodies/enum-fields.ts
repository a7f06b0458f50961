import { LanguageCode } from '../protocol/language-code';
import type { LanguageName } from '../protocol/language-code';
import { oneOf } from './body-field';
import type { PlainField } from './body-field';

export type ConsumeType = 'CONSUME_ACTIVELY' | 'CONSUME_PASSIVELY' | 'CONSUME_POP';
export const consumeType = (): PlainField<ConsumeType> =>
  oneOf(['CONSUME_ACTIVELY', 'CONSUME_PASSIVELY', 'CONSUME_POP']);

export type MessageModel = 'BROADCASTING' | 'CLUSTERING' | 'LITE_SELECTIVE';
export const messageModel = (): PlainField<MessageModel> =>
  oneOf(['BROADCASTING', 'CLUSTERING', 'LITE_SELECTIVE']);

export const CONSUME_FROM_WHERE = [
  'CONSUME_FROM_LAST_OFFSET',
  'CONSUME_FROM_LAST_OFFSET_AND_FROM_MIN_WHEN_BOOT_FIRST',
  'CONSUME_FROM_MIN_OFFSET',
  'CONSUME_FROM_MAX_OFFSET',
  'CONSUME_FROM_FIRST_OFFSET',
  'CONSUME_FROM_TIMESTAMP',
] as const;
export type ConsumeFromWhere = (typeof CONSUME_FROM_WHERE)[number];
export const consumeFromWhere = (): PlainField<ConsumeFromWhere> => oneOf(CONSUME_FROM_WHERE);

export type MessageRequestMode = 'PULL' | 'POP';
export const messageRequestMode = (): PlainField<MessageRequestMode> => oneOf(['PULL', 'POP']);

export const CM_RESULTS = [
  'CR_SUCCESS',
  'CR_LATER',
  'CR_ROLLBACK',
  'CR_COMMIT',
  'CR_THROW_EXCEPTION',
  'CR_RETURN_NULL',
] as const;
/** How a consumer fared with a message it was told to consume. */
export type CMResult = (typeof CM_RESULTS)[number];
export const cmResult = (): PlainField<CMResult> => oneOf(CM_RESULTS);

export const languageName = (): PlainField<LanguageName> =>
  oneOf(Object.keys(LanguageCode) as LanguageName[]);

export const LITE_SUBSCRIPTION_ACTIONS = [
  'PARTIAL_ADD',
  'PARTIAL_REMOVE',
  'COMPLETE_ADD',
  'COMPLETE_REMOVE',
] as const;
export type LiteSubscriptionAction = (typeof LITE_SUBSCRIPTION_ACTIONS)[number];
export const liteSubscriptionAction = (): PlainField<LiteSubscriptionAction> =>
  oneOf(LITE_SUBSCRIPTION_ACTIONS);

export type OffsetOptionType = 'POLICY' | 'OFFSET' | 'TAIL_N' | 'TIMESTAMP';
export const offsetOptionType = (): PlainField<OffsetOptionType> =>
  oneOf(['POLICY', 'OFFSET', 'TAIL_N', 'TIMESTAMP']);

export const topicFilterType = (): PlainField<'SINGLE_TAG' | 'MULTI_TAG'> =>
  oneOf(['SINGLE_TAG', 'MULTI_TAG']);
