import type { ModuleMetadata, Type } from '@nestjs/common';
import type { RocketListenerOverrides } from './decorators/rocket-listener-options';
import type { EnsuredTopic } from './producer/ensured-topic';
import type { MessageSerializer } from './serialization/message-serializer';

/** A name server and a broker inside this process, for tests and laptops. */
export interface EmbeddedOptions {
  /** Port of the name server; 0 (the default) takes a free one. */
  namesrvPort?: number;
  /** Port of the broker; 0 (the default) takes a free one. */
  brokerPort?: number;
  /** Folder of the message store. Default: a temporary folder, removed at shutdown. */
  folder?: string;
  /** Broker properties by their names in `broker.conf`. */
  brokerProperties?: Record<string, string>;
}

export interface RocketProducerOptions {
  /** Producer group. Default `rocket_nest_producer`. */
  group?: string;
  /** Time for one send over all its tries, in milliseconds. Default 3000. */
  sendMsgTimeoutMs?: number;
  /** Further tries on another broker after a failed send. Default 2. */
  retryTimesWhenSendFailed?: number;
}

export interface RocketModuleOptions {
  /** Name servers as `host:port`, several separated by `;` or as a list. */
  namesrvAddr?: string | string[];
  /** Start an embedded broker instead of using `namesrvAddr`; refused when NODE_ENV is production. */
  embedded?: boolean | EmbeddedOptions;
  producer?: RocketProducerOptions;
  /** Further serializers, found by content type; they win over the built-in bytes, text and JSON. */
  serializers?: readonly MessageSerializer[];
  /** Topics that are made at start when they are missing. Default none. */
  ensureTopics?: readonly EnsuredTopic[];
  /** Options for every listener that does not set them itself. */
  defaults?: RocketListenerOverrides;
  /** Options by listener id; they win over the decorator's. */
  listeners?: Record<string, RocketListenerOverrides>;
  /** Longest wait for running handlers at shutdown, in milliseconds. Default 30000. */
  shutdownTimeoutMs?: number;
  /**
   * Whether running listeners alone keep the process alive. Default: true, but false when NODE_ENV is
   * `test`, so that a test that forgets to close its application still ends.
   */
  keepProcessAlive?: boolean;
}

export interface RocketModuleOptionsFactory {
  createRocketOptions(): RocketModuleOptions | Promise<RocketModuleOptions>;
}

export interface RocketModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- Nest's own form of a factory
  useFactory?: (...args: any[]) => RocketModuleOptions | Promise<RocketModuleOptions>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- Nest's own form of a token
  inject?: any[];
  useClass?: Type<RocketModuleOptionsFactory>;
  useExisting?: Type<RocketModuleOptionsFactory>;
}
