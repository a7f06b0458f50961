import { tagOf, type MessageExt } from '@rocket-nest/common';
import { joinTagExpressions } from '../listener/tag-expression';
import type { TopicDefinition } from '../producer/topic-definition';
import {
  destinationOfPattern,
  PATTERN_PROPERTY,
  type DestinationOfPattern,
} from './pattern-destination';

interface Entry {
  readonly pattern: string;
  readonly destination: TopicDefinition;
}

/** Which of a server's patterns a message is for. */
export class PatternTable {
  private readonly patterns: ReadonlySet<string>;
  private readonly entries: readonly Entry[];

  constructor(patterns: Iterable<string>, custom: DestinationOfPattern | undefined) {
    this.patterns = new Set(patterns);
    this.entries = [...this.patterns].map((pattern) => ({
      pattern,
      destination: destinationOfPattern(pattern, custom),
    }));
  }

  /** Topic -> tag expression. */
  subscriptions(): Map<string, string> {
    const tags = new Map<string, (string | undefined)[]>();
    for (const { destination } of this.entries) {
      const { topic, tag } = destination;
      tags.set(topic, [...(tags.get(topic) ?? []), tag]);
    }
    return new Map([...tags].map(([topic, list]) => [topic, joinTagExpressions(list)]));
  }

  /** By the pattern that the message names, else by its topic and tag, else by its topic. */
  patternOf(message: MessageExt): string | undefined {
    const named = message.properties.get(PATTERN_PROPERTY);
    if (named !== undefined) return this.patterns.has(named) ? named : undefined;
    // A dead letter names the topic it came from as well, but is for who consumes dead letters.
    const retried = message.properties.get('RETRY_TOPIC') ?? '';
    return this.find(message.topic, tagOf(message)) ?? this.find(retried, tagOf(message));
  }

  private find(topic: string, tag: string | undefined): string | undefined {
    const ofTopic = this.entries.filter(({ destination }) => destination.topic === topic);
    const exact = ofTopic.filter(({ destination }) => destination.tag === tag);
    const found =
      exact.find(({ pattern }) => pattern === (tag === undefined ? topic : `${topic}:${tag}`)) ??
      exact[0] ??
      ofTopic.find(({ destination }) => destination.tag === undefined);
    return found?.pattern;
  }
}
