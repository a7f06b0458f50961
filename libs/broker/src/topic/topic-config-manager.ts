import assert from 'node:assert';
import {
  DataVersion,
  PermName,
  SystemTopic,
  createTopicConfig,
  equalTopicConfigs,
  isInherited,
  isSystemTopic,
  topicConfigFromJson,
  topicConfigToJson,
} from '@rocket-nest/common';
import type { Clock, Logger, TopicConfig } from '@rocket-nest/common';
import { CoalescedTask } from '../background/coalesced-task';
import { JsonEntries, jsonChunks } from '../background/json-chunks';
import type { JsonValue } from '../background/json-chunks';
import { asDataVersion, dataVersionJson, jsonEntriesOf, jsonMember } from '../background/json-read';
import type { JsonTableFile } from '../background/json-table-file';
import { applyTopicAttributeChanges } from './attribute-changes';
import { systemTopicsOfBroker } from './system-topics-of-broker';
import type { SystemTopicSettings } from './system-topics-of-broker';

const READ_WRITE = PermName.PERM_READ | PermName.PERM_WRITE;

/** Topics a broker keeps at a time; further ones are not created. */
export const MAX_TOPICS = 200_000;

export interface TopicConfigManagerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** `<store>/config/topics.json`. */
  readonly file: JsonTableFile;
  /** Told of topics that came or changed, so that the name servers learn of them. */
  readonly onTopicsChanged: (topics: readonly TopicConfig[]) => void;
  /** Told of a topic that is gone. */
  readonly onTopicDeleted: (topic: string) => void;
}

/** What a producer's first message says about the topic it wants. */
export interface AutoCreateRequest {
  readonly topic: string;
  /** The topic to copy permission and width from, TBW102 as a rule. */
  readonly defaultTopic: string;
  readonly clientDefaultTopicQueueNums: number;
  readonly topicSysFlag: number;
  readonly remoteAddress: string;
}

/** The topics of this broker: the table, its file, and creation by admin, by send and by send-back. */
export class TopicConfigManager {
  private readonly table = new Map<string, Readonly<TopicConfig>>();
  private readonly systemTopics = new Set<string>();
  private readonly persistTask: CoalescedTask;
  private readonly texts = new WeakMap<Readonly<TopicConfig>, string>();
  /** Topics that were made a moment ago and are not in the file yet; at most MAX_TOPICS. */
  private readonly unsaved = new Map<string, Promise<void>>();
  private version: DataVersion;
  private dirty = false;

  constructor(
    private readonly settings: SystemTopicSettings,
    private readonly deps: TopicConfigManagerDeps,
  ) {
    this.version = new DataVersion({ timestamp: deps.clock.wallNow() });
    this.persistTask = new CoalescedTask(() => this.writeFile());
    for (const topic of systemTopicsOfBroker(settings)) this.systemTopics.add(topic.topicName);
  }

  /** The live table: read it, change topics only through this class. */
  get topicConfigTable(): ReadonlyMap<string, Readonly<TopicConfig>> {
    return this.table;
  }

  get dataVersion(): DataVersion {
    return this.version;
  }

  /** Reads the file and adds what every broker has. */
  load(): void {
    const content = this.deps.file.load();
    if (content !== undefined) {
      for (const [name, value] of jsonEntriesOf(jsonMember(content, 'topicConfigTable'))) {
        this.table.set(name, topicConfigFromJson(value, name));
      }
      this.version = asDataVersion(jsonMember(content, 'dataVersion'));
    }
    for (const topic of systemTopicsOfBroker(this.settings)) {
      if (this.table.has(topic.topicName)) continue;
      this.table.set(topic.topicName, topic);
      this.dirty = true;
    }
  }

  selectTopicConfig(topic: string): Readonly<TopicConfig> | undefined {
    return this.table.get(topic);
  }

  /** True for topics that the broker itself makes or uses. */
  isSystemTopic(topic: string): boolean {
    return isSystemTopic(topic) || this.systemTopics.has(topic);
  }

  /** The names of the topics that belong to the broker, whether it uses them or not. */
  systemTopicNames(): string[] {
    return [...new Set([...Object.values(SystemTopic), ...this.systemTopics])];
  }

  /**
   * The topic of a message whose topic is unknown, made after its default topic when that exists
   * and hands its permission down; else undefined.
   */
  createTopicInSendMessageMethod(request: AutoCreateRequest): TopicConfig | undefined {
    const known = this.table.get(request.topic);
    if (known) return known;
    const template = this.table.get(request.defaultTopic);
    if (!template || !this.handsDown(template)) {
      this.deps.logger.warn('a topic is unknown and cannot be created from its default topic', {
        topic: request.topic,
        defaultTopic: request.defaultTopic,
        producer: request.remoteAddress,
      });
      return undefined;
    }
    const queueNums = Math.max(
      0,
      Math.min(request.clientDefaultTopicQueueNums, template.writeQueueNums),
    );
    return this.create(
      createTopicConfig(request.topic, {
        readQueueNums: queueNums,
        writeQueueNums: queueNums,
        perm: template.perm & ~PermName.PERM_INHERIT,
        topicSysFlag: request.topicSysFlag,
        topicFilterType: template.topicFilterType,
      }),
    );
  }

  /** The retry or dead letter topic of a group, made when missing. */
  createTopicInSendMessageBackMethod(
    topic: string,
    queueNums: number,
    perm: number = READ_WRITE,
    isOrder = false,
    topicSysFlag = 0,
  ): TopicConfig | undefined {
    const known = this.table.get(topic);
    if (known) {
      if (known.order !== isOrder) this.store({ ...known, order: isOrder });
      return this.table.get(topic);
    }
    const config = { readQueueNums: queueNums, writeQueueNums: queueNums, perm, topicSysFlag };
    return this.create(createTopicConfig(topic, { ...config, order: isOrder }));
  }

  /** Makes the topic as given unless it exists; undefined when there are too many topics. */
  createTopicIfAbsent(config: TopicConfig): TopicConfig | undefined {
    return this.table.get(config.topicName) ?? this.create(config);
  }

  /**
   * Makes or changes a topic by an admin's wish. `config.attributes` are changes (`+name`, `-name`).
   * Resolves once the file holds it. Throws (rejects) with CONFIG_INVALID for impossible attributes.
   */
  async updateTopicConfig(config: TopicConfig): Promise<void> {
    await this.updateTopicConfigs([config]);
  }

  /** Like `updateTopicConfig` for many at once; nothing is changed when one is impossible. */
  async updateTopicConfigs(configs: readonly TopicConfig[]): Promise<void> {
    const updated = configs.map((config) => this.withAttributes(config));
    if (this.table.size + updated.length > MAX_TOPICS) this.assertRoomFor(updated);
    const changed = updated.filter((config) => {
      const known = this.table.get(config.topicName);
      return !known || !equalTopicConfigs(known, config);
    });
    for (const config of changed) this.table.set(config.topicName, config);
    this.nextVersion();
    // Registered even when unchanged: an admin who repeats a request wants the routes repaired.
    this.deps.onTopicsChanged(updated);
    await this.persist();
  }

  /**
   * Tells the name servers of a topic again because something beside its configuration changed.
   * They take it for news only under a new version.
   */
  announceAgain(topic: string): void {
    const config = this.table.get(topic);
    if (!config) return;
    this.nextVersion();
    this.deps.onTopicsChanged([config]);
    this.requestPersist();
  }

  /** Removes a topic; false when there is none. Its messages are the store's business. */
  deleteTopicConfig(topic: string): boolean {
    if (!this.table.delete(topic)) return false;
    this.nextVersion();
    this.deps.onTopicDeleted(topic);
    this.requestPersist();
    return true;
  }

  /** Marks topics as ordered as the name server's order configuration says (topic -> text). */
  updateOrderTopicConfig(orderTopics: ReadonlyMap<string, string>): void {
    const changed: TopicConfig[] = [];
    for (const config of this.table.values()) {
      const isOrder = orderTopics.has(config.topicName);
      if (isOrder && !config.order) changed.push({ ...config, order: true });
    }
    if (changed.length === 0) return;
    for (const config of changed) this.table.set(config.topicName, config);
    this.nextVersion();
    this.requestPersist();
  }

  /** Resolves once the file holds everything changed before this call. */
  persist(): Promise<void> {
    return this.dirty ? this.persistTask.request() : this.persistTask.current();
  }

  /**
   * Undefined for a topic that the file has, as nearly every one. Else resolves once it has it, or
   * could not be written: what is acknowledged before may be lost with its topic by a kill.
   */
  whenSaved(topic: string): Promise<void> | undefined {
    return this.unsaved.size === 0 ? undefined : this.unsaved.get(topic);
  }

  /** Writes what is not yet in the file. */
  shutdown(): Promise<void> {
    return this.persist();
  }

  /** The text of topics.json piece by piece; not pretty is the body of GET_ALL_TOPIC_CONFIG (21). */
  jsonChunks(pretty: boolean): Generator<string> {
    if (pretty) return this.fileChunks();
    const table = this.table;
    const root: JsonValue = {
      dataVersion: dataVersionJson(this.version),
      topicConfigTable: new JsonEntries(function* () {
        for (const [name, config] of table) yield [name, topicConfigToJson(config) as JsonValue];
      }),
    };
    return jsonChunks(root, false);
  }

  /** The file is written after every change: topics that did not change keep their text. */
  private *fileChunks(): Generator<string> {
    yield `{\n\t"dataVersion":${textAt(1, dataVersionJson(this.version))},\n\t"topicConfigTable":{`;
    let separator = '';
    for (const config of this.table.values()) {
      let text = this.texts.get(config);
      if (text === undefined) {
        const name = JSON.stringify(config.topicName);
        text = `\n\t\t${name}:${textAt(2, topicConfigToJson(config) as JsonValue)}`;
        this.texts.set(config, text);
      }
      yield separator + text;
      separator = ',';
    }
    yield separator === '' ? '}\n}' : '\n\t}\n}';
  }

  private handsDown(template: TopicConfig): boolean {
    const isAutoCreateKey = template.topicName === SystemTopic.AUTO_CREATE_TOPIC_KEY_TOPIC;
    if (isAutoCreateKey && !this.settings.autoCreateTopicEnable) return false;
    return isInherited(template.perm);
  }

  private withAttributes(config: TopicConfig): TopicConfig {
    const known = this.table.get(config.topicName);
    const current = known?.attributes ?? new Map<string, string>();
    const attributes = applyTopicAttributeChanges(current, config.attributes, !known);
    return { ...config, attributes };
  }

  private assertRoomFor(configs: readonly TopicConfig[]): void {
    const added = configs.filter((config) => !this.table.has(config.topicName)).length;
    assert(this.table.size + added <= MAX_TOPICS, `a broker keeps at most ${MAX_TOPICS} topics`);
  }

  private create(config: TopicConfig): TopicConfig | undefined {
    if (this.table.size >= MAX_TOPICS) return undefined;
    this.deps.logger.info('topic created', {
      topic: config.topicName,
      writeQueueNums: config.writeQueueNums,
      perm: config.perm,
    });
    const created = this.store(config);
    const { topicName } = config;
    const saved = this.persist()
      .catch(() => undefined)
      .finally(() => this.unsaved.delete(topicName));
    this.unsaved.set(topicName, saved);
    return created;
  }

  private store(config: TopicConfig): TopicConfig {
    this.table.set(config.topicName, config);
    this.nextVersion();
    this.deps.onTopicsChanged([config]);
    this.requestPersist();
    return config;
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

  private nextVersion(): void {
    this.dirty = true;
    this.version = this.version.next(this.deps.clock.wallNow());
  }

  private requestPersist(): void {
    this.persist().catch((error: unknown) => {
      this.deps.logger.error(
        'topics.json could not be written; it is tried again with the next change',
        {
          error,
        },
      );
    });
  }
}

/** The pretty text of a value that lies `depth` objects deep. */
function textAt(depth: number, value: JsonValue): string {
  return [...jsonChunks(value, true, depth)].join('');
}
