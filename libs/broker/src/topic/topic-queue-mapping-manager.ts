import { DataVersion } from '@rocket-nest/common';
import type { Clock, Logger } from '@rocket-nest/common';
import {
  TopicQueueMappingDetail,
  decodeBody,
  encodeBody,
  stringifyJson,
} from '@rocket-nest/remoting';
import { CoalescedTask } from '../background/coalesced-task';
import { JsonEntries, jsonChunks } from '../background/json-chunks';
import type { JsonValue } from '../background/json-chunks';
import { asDataVersion, dataVersionJson, jsonEntriesOf, jsonMember } from '../background/json-read';
import type { JsonTableFile } from '../background/json-table-file';

/** Queues that all brokers together may hold of one static topic. */
export const MAX_QUEUES_OF_STATIC_TOPIC = 65_535;

export interface TopicQueueMappingManagerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** `config/topicQueueMapping.json`. */
  readonly file: JsonTableFile;
  /** Told of a topic whose mapping came or changed, so that the name servers learn of it. */
  readonly onMappingChanged?: (topic: string) => void;
}

/**
 * Which queues of a static topic this broker holds. A static topic has a number of queues of its
 * own, whatever brokers there are; the admin tools lay down where each of them lies. Queues that
 * moved from one broker to another are not taken.
 */
export class TopicQueueMappingManager {
  private readonly details = new Map<string, TopicQueueMappingDetail>();
  private readonly persistTask: CoalescedTask;
  private version: DataVersion;
  private dirty = false;

  constructor(
    private readonly settings: { readonly brokerName: string },
    private readonly deps: TopicQueueMappingManagerDeps,
  ) {
    this.version = new DataVersion({ timestamp: deps.clock.wallNow() });
    this.persistTask = new CoalescedTask(() => this.writeFile());
  }

  get dataVersion(): DataVersion {
    return this.version;
  }

  get detailTable(): ReadonlyMap<string, TopicQueueMappingDetail> {
    return this.details;
  }

  load(): void {
    const content = this.deps.file.load();
    if (content === undefined) return;
    this.version = asDataVersion(jsonMember(content, 'dataVersion'));
    for (const [topic, json] of jsonEntriesOf(jsonMember(content, 'topicQueueMappingInfoMap'))) {
      this.details.set(topic, decodeBody(TopicQueueMappingDetail, stringifyJson(json)));
    }
  }

  /** Writes what changed. */
  async shutdown(): Promise<void> {
    await this.persist();
  }

  /** Resolves once all changes made so far are in the file. */
  persist(): Promise<void> {
    return this.dirty ? this.persistTask.request() : this.persistTask.current();
  }

  /** Undefined for a topic that is not static. */
  getTopicQueueMapping(topic: string): TopicQueueMappingDetail | undefined {
    return this.details.get(topic);
  }

  /**
   * Why the mapping cannot be the topic's, undefined when it can. Unless `force`, a mapping must be
   * newer than the one it replaces and may not take queues away.
   */
  problemOf(topic: string, detail: TopicQueueMappingDetail, force: boolean): string | undefined {
    const { brokerName } = this.settings;
    if (detail.topic !== topic) return `the mapping is of the topic ${detail.topic}, not ${topic}`;
    if (detail.bname !== brokerName) return `the mapping is of the broker ${detail.bname}`;
    if (detail.totalQueues < 0 || detail.totalQueues > MAX_QUEUES_OF_STATIC_TOPIC) {
      return `a static topic cannot have ${detail.totalQueues} queues`;
    }
    for (const [globalId, items] of detail.hostedQueues) {
      const [item] = items;
      if (globalId < 0 || globalId >= detail.totalQueues || !item) {
        return `the mapping of the queue ${globalId} is not of this topic`;
      }
      if (items.length > 1 || item.bname !== brokerName || item.logicOffset !== 0) {
        return `the queue ${globalId} was on another broker: moved queues are not supported`;
      }
    }
    const known = this.details.get(topic);
    if (!known || force) return undefined;
    if (detail.epoch <= known.epoch) return `the mapping's epoch must be above ${known.epoch}`;
    if (detail.totalQueues < known.totalQueues) {
      return `the topic has ${known.totalQueues} queues already and cannot have fewer`;
    }
    return undefined;
  }

  /** Takes a mapping that `problemOf` found none in. The caller persists. */
  updateTopicQueueMapping(topic: string, detail: TopicQueueMappingDetail): void {
    this.details.set(topic, detail);
    this.noteChange();
    this.deps.onMappingChanged?.(topic);
  }

  /** Forgets a deleted topic. */
  removeTopic(topic: string): void {
    if (!this.details.delete(topic)) return;
    this.noteChange();
    this.persist().catch((error: unknown) => {
      this.deps.logger.error('static topics were not written, the next change tries again', {
        error,
      });
    });
  }

  /** The file's content piece by piece. */
  jsonChunks(pretty: boolean): Generator<string> {
    return jsonChunks(
      {
        dataVersion: dataVersionJson(this.version),
        topicQueueMappingInfoMap: new JsonEntries(() => this.detailEntries()),
      },
      pretty,
    );
  }

  /** Topic -> mapping, ready to be written. */
  *detailEntries(): Generator<readonly [string, JsonValue]> {
    for (const [topic, detail] of this.details) yield [topic, detailJson(detail)];
  }

  private noteChange(): void {
    this.version = this.version.next(this.deps.clock.wallNow());
    this.dirty = true;
  }

  private async writeFile(): Promise<void> {
    this.dirty = false;
    try {
      await this.deps.file.save(this.jsonChunks(true));
    } catch (error) {
      this.dirty = true;
      throw error;
    }
  }
}

/** The members in the order they are written, with numbers as keys where they are numbers. */
function detailJson(detail: TopicQueueMappingDetail): JsonValue {
  const plain = JSON.parse(encodeBody(TopicQueueMappingDetail, detail).toString()) as Record<
    string,
    JsonValue
  >;
  return { ...plain, currIdMap: detail.currIdMap, hostedQueues: numberKeys(plain.hostedQueues) };
}

function numberKeys(object: JsonValue): ReadonlyMap<number, JsonValue> {
  const entries = Object.entries((object ?? {}) as Record<string, JsonValue>);
  return new Map(entries.map(([key, value]) => [Number(key), value]));
}
