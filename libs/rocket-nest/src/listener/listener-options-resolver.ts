import { dlqTopicOf } from '@rocket-nest/common';
import type {
  RocketListenerConfiguration,
  RocketListenerOptions,
} from '../decorators/rocket-listener-options';
import { RocketConfigError } from '../errors/rocket-config-error';
import type { RocketModuleOptions } from '../rocket-module-options';
import type { ConfigEnvironment } from './config-environment';
import type { ResolvedListenerOptions } from './listener-definition';
import { checkListenerOptions } from './listener-options.check';

const DEFAULT_BATCH_SIZE = 32;

function defined<T extends object>(values: T | undefined): Partial<T> {
  const entries = Object.entries(values ?? {}).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Partial<T>;
}

/** Applies module defaults, then the decorator, then the overrides by listener id. */
export function resolveListenerOptions(
  id: string,
  place: string,
  declared: RocketListenerOptions,
  module: Pick<RocketModuleOptions, 'defaults' | 'listeners'>,
  environment: Pick<ConfigEnvironment, 'fill'>,
): ResolvedListenerOptions {
  const overrides: RocketListenerConfiguration | undefined = module.listeners?.[id];
  const merged = {
    ...defined(module.defaults),
    ...defined(declared),
    ...defined(overrides),
  } as RocketListenerOptions;
  const { topic: target, dlq, ...rest } = merged;
  const isDefinition = typeof target === 'object';
  const options: ResolvedListenerOptions & { topic: string } = {
    ...rest,
    topic: isDefinition ? target.topic : (target ?? ''),
    selectorExpression: merged.selectorExpression ?? (isDefinition ? target.tag : undefined),
  };
  for (const key of ['topic', 'consumerGroup', 'selectorExpression'] as const) {
    const text = options[key];
    if (typeof text === 'string') options[key] = environment.fill(text, key, place);
  }
  if (dlq) consumeDeadLetters(options, place, target !== undefined);
  if (options.batch) options.consumeMessageBatchMaxSize ??= DEFAULT_BATCH_SIZE;
  for (const key of ['topic', 'consumerGroup'] as const) {
    if (typeof options[key] === 'string' && options[key] !== '') continue;
    throw new RocketConfigError(
      `${place} needs '${key}': write @RocketListener({ topic: '...', consumerGroup: '...' })`,
    );
  }
  checkListenerOptions(place, options);
  return options;
}

function consumeDeadLetters(
  options: { topic: string; consumerGroup: string; consumeFromWhere?: unknown },
  place: string,
  topicNamed: boolean,
): void {
  if (topicNamed) {
    throw new RocketConfigError(
      `${place} has both 'dlq' and 'topic'; leave 'topic' out, 'consumerGroup' names the group whose ` +
        'dead letters are meant',
    );
  }
  options.topic = dlqTopicOf(options.consumerGroup);
  options.consumerGroup = `${options.consumerGroup}_DLQ`;
  options.consumeFromWhere ??= 'CONSUME_FROM_FIRST_OFFSET';
}
