import { validateGroup, validateTopic } from '@rocket-nest/common';
import { RocketConfigError } from '../errors/rocket-config-error';
import type { ResolvedListenerOptions } from './listener-definition';

const CHOICES = {
  consumeMode: ['CONCURRENTLY', 'ORDERLY'],
  messageModel: ['CLUSTERING', 'BROADCASTING'],
  selectorType: ['TAG', 'SQL92'],
  poisonPolicy: ['DLQ', 'SKIP', 'SUSPEND'],
  consumeFromWhere: [
    'CONSUME_FROM_FIRST_OFFSET',
    'CONSUME_FROM_LAST_OFFSET',
    'CONSUME_FROM_TIMESTAMP',
  ],
} as const;

const RANGES = {
  concurrency: [1, 10_000],
  maxReconsumeTimes: [0, 0x7fffffff],
  suspendCurrentQueueTimeMs: [10, 30_000],
  pullBatchSize: [1, 1024],
  consumeMessageBatchMaxSize: [1, 1024],
  consumeTimeoutMs: [1, 24 * 3_600_000],
  consumeTimestampMs: [0, Number.MAX_SAFE_INTEGER],
} as const;

/** Throws a RocketConfigError that names the listener, the option and the fix. */
export function checkListenerOptions(place: string, options: ResolvedListenerOptions): void {
  const refuse = (key: string, fix: string): never => {
    const value = (options as Readonly<Record<string, unknown>>)[key];
    throw new RocketConfigError(`'${key}' of ${place} is ${JSON.stringify(value)}: ${fix}`);
  };
  for (const [key, values] of Object.entries(CHOICES)) {
    const value = options[key as keyof typeof CHOICES];
    if (value !== undefined && !(values as readonly string[]).includes(value)) {
      refuse(key, `give one of ${values.join(', ')}`);
    }
  }
  for (const [key, [least, most]] of Object.entries(RANGES)) {
    const value = options[key as keyof typeof RANGES];
    if (value === undefined) continue;
    if (!Number.isInteger(value) || value < least || value > most) {
      refuse(key, `give a whole number from ${least} to ${most}`);
    }
  }
  const topic = validateTopic(options.topic);
  if (topic) refuse('topic', topic.message);
  const group = validateGroup(options.consumerGroup);
  if (group) refuse('consumerGroup', group.message);
  if (options.consumeMode !== 'ORDERLY' && options.poisonPolicy !== undefined) {
    refuse(
      'poisonPolicy',
      "only orderly listeners have one; set consumeMode: 'ORDERLY' or leave it out",
    );
  }
  if (!options.batch && (options.consumeMessageBatchMaxSize ?? 1) !== 1) {
    refuse(
      'consumeMessageBatchMaxSize',
      "only batch listeners have one; set 'batch: true' or leave it out",
    );
  }
  const emptyFilter = options.selectorType === 'SQL92' && !options.selectorExpression?.trim();
  if (emptyFilter) refuse('selectorExpression', 'a SQL92 filter needs an expression');
}
