import {
  DataVersion,
  MixAll,
  createSubscriptionGroupConfig,
  isSystemGroup,
  subscriptionGroupConfigFromJson,
  subscriptionGroupConfigToJson,
  validateGroup,
} from '@rocket-nest/common';
import type { Clock, Logger, SubscriptionGroupConfig } from '@rocket-nest/common';
import type { LimitHits } from '@rocket-nest/remoting';
import { CoalescedTask } from '../background/coalesced-task';
import { JsonEntries, jsonChunks } from '../background/json-chunks';
import type { JsonValue } from '../background/json-chunks';
import { asDataVersion, dataVersionJson, jsonEntriesOf, jsonMember } from '../background/json-read';
import type { JsonTableFile } from '../background/json-table-file';

/** Groups kept; further ones are not created. */
export const MAX_SUBSCRIPTION_GROUPS = 100_000;

/** Groups that every broker knows. */
const BUILT_IN_GROUPS: readonly string[] = [
  MixAll.TOOLS_CONSUMER_GROUP,
  MixAll.FILTERSRV_CONSUMER_GROUP,
  MixAll.SELF_TEST_CONSUMER_GROUP,
  MixAll.ONS_HTTP_PROXY_GROUP,
  MixAll.CID_ONSAPI_PULL_GROUP,
  MixAll.CID_ONSAPI_PERMISSION_GROUP,
  MixAll.CID_ONSAPI_OWNER_GROUP,
  MixAll.CID_SYS_RMQ_TRANS,
];

/** Bit of a group's entry in the forbidden table that keeps it from reading a topic. */
export const PERM_FORBIDDEN_READ = 4;

/** Read anew each time: an admin may change them while the broker runs. */
export interface SubscriptionGroupSettings {
  readonly autoCreateSubscriptionGroup: boolean;
}

export interface SubscriptionGroupManagerDeps {
  readonly clock: Clock;
  readonly logger: Logger;
  /** `config/subscriptionGroup.json`. */
  readonly file: JsonTableFile;
  /** Told when a named limit is reached. */
  readonly limits?: LimitHits;
}

/** The consumer groups this broker knows, and the topics that some of them may not read. */
export class SubscriptionGroupManager {
  private readonly groups = new Map<string, SubscriptionGroupConfig>();
  private readonly forbidden = new Map<string, Map<string, number>>();
  private readonly persistTask: CoalescedTask;
  private version: DataVersion;
  private dirty = false;

  constructor(
    private readonly settings: SubscriptionGroupSettings,
    private readonly deps: SubscriptionGroupManagerDeps,
  ) {
    this.version = new DataVersion({ timestamp: deps.clock.wallNow() });
    this.persistTask = new CoalescedTask(() => this.writeFile());
    for (const group of BUILT_IN_GROUPS) {
      this.groups.set(group, createSubscriptionGroupConfig(group));
    }
  }

  get dataVersion(): DataVersion {
    return this.version;
  }

  get subscriptionGroupTable(): ReadonlyMap<string, SubscriptionGroupConfig> {
    return this.groups;
  }

  load(): void {
    const content = this.deps.file.load();
    if (content === undefined) return;
    this.version = asDataVersion(jsonMember(content, 'dataVersion'));
    for (const [name, json] of jsonEntriesOf(jsonMember(content, 'subscriptionGroupTable'))) {
      this.groups.set(name, subscriptionGroupConfigFromJson(json, name));
    }
    for (const [name, topics] of jsonEntriesOf(jsonMember(content, 'forbiddenTable'))) {
      const bits = new Map<string, number>();
      for (const [topic, value] of jsonEntriesOf(topics)) bits.set(topic, Number(value) | 0);
      if (bits.size > 0) this.forbidden.set(name, bits);
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

  containsSubscriptionGroup(group: string): boolean {
    return this.groups.has(group);
  }

  /** The group as it is; nothing is created. */
  getSubscriptionGroupConfig(group: string): SubscriptionGroupConfig | undefined {
    return this.groups.get(group);
  }

  /**
   * The group, made with defaults when it is missing and may be (autoCreateSubscriptionGroup, or a
   * group of the servers). Undefined when it may not, or when the name cannot be one.
   */
  findSubscriptionGroupConfig(group: string): SubscriptionGroupConfig | undefined {
    const known = this.groups.get(group);
    if (known) return known;
    if (!this.settings.autoCreateSubscriptionGroup && !isSystemGroup(group)) return undefined;
    if (validateGroup(group) || this.isFull()) return undefined;
    const config = createSubscriptionGroupConfig(group);
    this.groups.set(group, config);
    this.noteChange();
    this.persistLater();
    return config;
  }

  /** Creates or replaces a group; false when the table is full. The caller persists. */
  updateSubscriptionGroupConfig(config: SubscriptionGroupConfig): boolean {
    if (!this.groups.has(config.groupName) && this.isFull()) return false;
    this.groups.set(config.groupName, config);
    this.noteChange();
    return true;
  }

  /** Removes a group; false when there was none. The caller persists. */
  deleteSubscriptionGroupConfig(group: string): boolean {
    const hadForbidden = this.forbidden.delete(group);
    const existed = this.groups.delete(group);
    if (existed || hadForbidden) this.noteChange();
    return existed;
  }

  /** Whether `bit` (PERM_FORBIDDEN_READ) is set for the group and topic. */
  isForbidden(group: string, topic: string, bit: number): boolean {
    return ((this.forbidden.get(group)?.get(topic) ?? 0) & bit) !== 0;
  }

  /** Sets or clears a bit for a group and topic. The caller persists. */
  updateForbidden(group: string, topic: string, bit: number, on: boolean): void {
    const topics = this.forbidden.get(group) ?? new Map<string, number>();
    const before = topics.get(topic) ?? 0;
    const after = on ? before | bit : before & ~bit;
    if (after === before) return;
    if (after === 0) topics.delete(topic);
    else topics.set(topic, after);
    if (topics.size === 0) this.forbidden.delete(group);
    else this.forbidden.set(group, topics);
    this.noteChange();
  }

  /** Forgets a deleted topic. */
  removeTopic(topic: string): void {
    for (const [group, topics] of this.forbidden) {
      if (!topics.delete(topic)) continue;
      if (topics.size === 0) this.forbidden.delete(group);
      this.noteChange();
    }
    if (this.dirty) this.persistLater();
  }

  /**
   * The file's content piece by piece. Not pretty, it is the body of
   * GET_ALL_SUBSCRIPTIONGROUP_CONFIG (201); `groups` limits it to one page.
   */
  jsonChunks(pretty: boolean, groups?: Iterable<SubscriptionGroupConfig>): Generator<string> {
    const root: JsonValue = {
      dataVersion: dataVersionJson(this.version),
      forbiddenTable: this.forbidden,
      subscriptionGroupTable: new JsonEntries(() => groupEntries(groups ?? this.groups.values())),
    };
    return jsonChunks(root, pretty);
  }

  private isFull(): boolean {
    if (this.groups.size < MAX_SUBSCRIPTION_GROUPS) return false;
    this.deps.limits?.hit('maxSubscriptionGroups');
    return true;
  }

  private noteChange(): void {
    this.version = this.version.next(this.deps.clock.wallNow());
    this.dirty = true;
  }

  private persistLater(): void {
    this.persist().catch((error: unknown) => {
      this.deps.logger.error('subscription groups were not written, the next change tries again', {
        error,
      });
    });
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

function* groupEntries(
  groups: Iterable<SubscriptionGroupConfig>,
): Generator<readonly [string, JsonValue]> {
  for (const config of groups) {
    yield [config.groupName, subscriptionGroupConfigToJson(config) as JsonValue];
  }
}
