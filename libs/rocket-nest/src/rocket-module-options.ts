import type { ModuleMetadata, Type } from '@nestjs/common';
import type { ClientOptions } from '@rocket-nest/client';
import type { Clock } from '@rocket-nest/common';
import type {
  RocketListenerConfiguration,
  RocketListenerOverrides,
} from './decorators/rocket-listener-options';
import type { EnsuredTopic } from './producer/ensured-topic';
import type { MessageSerializer } from './serialization/message-serializer';
import type { ClassValidationOptions } from './validation/class-checker';

/** A name server and a broker inside this process, for tests and laptops. */
export interface EmbeddedOptions {
  /**
   * Port of the name server. Default: a free one, for this service alone. Of several services that
   * name the same port, the first starts the broker and the others use it, as long as it runs.
   */
  port?: number;
  /** Port of the broker. Default: a free one. */
  brokerPort?: number;
  /** Folder of the message store. Default: a temporary folder, removed at shutdown. */
  folder?: string;
  /** Broker properties by their names in `broker.conf`. */
  brokerProperties?: Record<string, string>;
  /** The clock of broker and clients; a test may pass one that it can advance. */
  clock?: Clock;
}

export interface RocketProducerOptions {
  /** Producer group. Default `rocket_nest_producer`. */
  group?: string;
  /** Time for one send over all its tries, in milliseconds. Default 3000. */
  sendMsgTimeoutMs?: number;
  /** Further tries on another broker after a failed send. Default 2. */
  retryTimesWhenSendFailed?: number;
}

/** How clients reach and name themselves to name servers and brokers, for producers and listeners. */
export interface RocketClientOptions extends Omit<
  ClientOptions,
  'namesrvAddr' | 'keepProcessAlive'
> {
  /**
   * Folder of the offsets of broadcasting listeners, which each instance keeps for itself. Default
   * `.rocketmq_offsets` in the user's home; beside the messages of an embedded broker.
   */
  localOffsetStoreDir?: string;
}

export interface RocketModuleOptions {
  /**
   * Name of the connection, for applications with several: see `@InjectProducer(name)` and
   * `connection` of a listener. With `forRootAsync` it stands beside the factory. Default: the one
   * that is injected by class.
   */
  name?: string;
  /**
   * `false` starts no listeners and no embedded broker, and sends reject; for commands and tests of
   * an application that otherwise needs a broker. Default true.
   */
  enabled?: boolean;
  /**
   * Name servers as `host:port`, several separated by `;` or as a list. May be left out where
   * `client.nameServerAddressUrl` tells them.
   */
  namesrvAddr?: string | string[];
  /** Start an embedded broker instead of using `namesrvAddr`; refused when NODE_ENV is production. */
  embedded?: boolean | EmbeddedOptions;
  /** Credentials, TLS, namespace and the like. */
  client?: RocketClientOptions;
  producer?: RocketProducerOptions;
  /** Options for every listener that does not set them itself. */
  defaults?: RocketListenerOverrides;
  /** Options by listener id; they win over the decorator's. */
  listeners?: Record<string, RocketListenerConfiguration>;
  /** Further serializers, found by content type; they win over the built-in bytes, text and JSON. */
  serializers?: readonly MessageSerializer[];
  /**
   * Options for class-validator, such as `{ whitelist: true }`; `false` leaves classes unchecked.
   * Default: its own.
   */
  validation?: ClassValidationOptions | false;
  /** Topics that are made at start when they are missing. Default none. */
  ensureTopics?: readonly EnsuredTopic[];
  /** Longest wait for running handlers at shutdown, in milliseconds. Default 30000. */
  shutdownTimeoutMs?: number;
  /**
   * Whether running listeners alone keep the process alive. Default: true, but false when NODE_ENV is
   * `test`, so that a test that forgets to close its application still ends.
   */
  keepProcessAlive?: boolean;
}

export interface RocketModuleOptionsFactory {
  createRocketOptions():
    Omit<RocketModuleOptions, 'name'> | Promise<Omit<RocketModuleOptions, 'name'>>;
}

export interface RocketModuleAsyncOptions extends Pick<ModuleMetadata, 'imports'> {
  /** Name of the connection; it must be known before the factory runs. */
  name?: string;
  useFactory?: (
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- Nest's own form of a factory
    ...args: any[]
  ) => Omit<RocketModuleOptions, 'name'> | Promise<Omit<RocketModuleOptions, 'name'>>;
  // eslint-disable-next-line @typescript-eslint/no-explicit-any -- Nest's own form of a token
  inject?: any[];
  useClass?: Type<RocketModuleOptionsFactory>;
  useExisting?: Type<RocketModuleOptionsFactory>;
}
