import { validateTopic } from '@rocket-nest/common';
import { RocketConfigError } from '../errors/rocket-config-error';
import type { TopicDefinition } from './topic-definition';

/** Queues per broker of a topic that is made here; as many as `mqadmin updateTopic` gives. */
const DEFAULT_QUEUE_NUMS = 8;

/** A topic that shall be there, by its name, its definition, or with its number of queues. */
export type EnsuredTopic = string | TopicDefinition | EnsuredTopicOptions;

export interface EnsuredTopicOptions {
  topic: string | TopicDefinition;
  /** Queues to write and to read on each broker, if the topic is made here. Default 8. */
  queueNums?: number;
  /** Where it is made. Default: on the masters of all clusters. */
  clusterName?: string;
}

/** `EnsuredTopic` in one form. */
export interface NormalEnsuredTopic {
  readonly topic: string;
  readonly queueNums: number;
  readonly clusterName: string | undefined;
}

export function normalEnsuredTopic(entry: EnsuredTopic): NormalEnsuredTopic {
  const options: EnsuredTopicOptions = typeof entry === 'string' ? { topic: entry } : entry;
  const { topic, queueNums = DEFAULT_QUEUE_NUMS, clusterName } = options;
  // Options from configuration may lack it in spite of their type; the check says so.
  const name = typeof topic === 'string' ? topic : (topic as TopicDefinition | undefined)?.topic;
  return { topic: name ?? '', queueNums, clusterName };
}

/** Throws a RocketConfigError that names the entry and the fix. */
export function checkEnsuredTopics(entries: readonly EnsuredTopic[] | undefined): void {
  for (const [index, entry] of (entries ?? []).entries()) {
    const { topic, queueNums } = normalEnsuredTopic(entry);
    const place = `RocketModule: 'ensureTopics[${index}]'`;
    const problem = validateTopic(topic);
    if (problem) throw new RocketConfigError(`${place}: ${problem.message}`);
    if (!Number.isInteger(queueNums) || queueNums < 1) {
      throw new RocketConfigError(
        `${place}: queueNums of '${topic}' must be a whole number above 0, not ${queueNums}`,
      );
    }
  }
}
