import { Injectable } from '@nestjs/common';
import { ClientRegistry, type ClientDependencies, type ClientOptions } from '@rocket-nest/client';
import { RocketConfigError } from '../errors/rocket-config-error';
import type { RocketModuleOptions } from '../rocket-module-options';
import { namesrvAddressesOf } from '../rocket-module-options.check';
import { DEFAULT_CONNECTION, DEFAULT_PRODUCER_GROUP } from '../rocket.constants';
import { EmbeddedBroker } from './embedded-broker';
import { NestClientLogger } from './nest-client-logger';
import type { RocketEnvironment } from './rocket-environment';

/** `ClientOptions` with what only consumers look at. */
export interface ConnectionClientOptions extends ClientOptions {
  /** Folder of a broadcasting listener's offsets. */
  localOffsetStoreDir: string | undefined;
}

/**
 * What the producer and the consumers of one connection share: one set of sockets, and where the
 * name servers are; the embedded ones are started first when the options ask for them.
 */
@Injectable()
export class RocketConnection {
  /** Handed to every producer and consumer, so that they share routes and sockets. */
  readonly dependencies: ClientDependencies & { readonly registry: ClientRegistry };
  private embedded: EmbeddedBroker | undefined;
  private address: Promise<string> | undefined;

  constructor(
    private readonly options: RocketModuleOptions,
    readonly name: string = DEFAULT_CONNECTION,
    private readonly environment?: RocketEnvironment,
  ) {
    const given = typeof options.embedded === 'object' ? options.embedded.clock : undefined;
    const clock = environment?.clock ?? given;
    const registry = new ClientRegistry({ logger: new NestClientLogger(), clock });
    this.dependencies = { registry };
  }

  /** Name servers as `host:port`, separated by `;`. Rejects when the connection is not enabled. */
  namesrvAddr(): Promise<string> {
    this.address ??= this.findAddress().catch((error: unknown) => {
      this.address = undefined;
      throw error;
    });
    return this.address;
  }

  /** What every client of this connection is made with. */
  async clientOptions(): Promise<ConnectionClientOptions> {
    const namesrvAddr = await this.namesrvAddr();
    // Offsets that outlive the broker they belong to would make listeners pass over messages.
    const localOffsetStoreDir =
      this.environment?.localOffsetStoreDir ??
      this.options.client?.localOffsetStoreDir ??
      this.embedded?.localOffsetStoreDir;
    return { ...this.options.client, namesrvAddr, localOffsetStoreDir };
  }

  /** Whether running listeners alone keep the process alive; under a test harness they never do. */
  get keepProcessAlive(): boolean {
    if (this.environment) return false;
    return this.options.keepProcessAlive ?? process.env['NODE_ENV'] !== 'test';
  }

  get isEnabled(): boolean {
    return this.options.enabled !== false;
  }

  /** Group of the plain producer, which nothing that answers checks may share. */
  get producerGroup(): string {
    return this.options.producer?.group ?? DEFAULT_PRODUCER_GROUP;
  }

  /** The embedded broker's parts, for tests; undefined unless this connection started one. */
  get standalone(): EmbeddedBroker['standalone'] {
    return this.embedded?.standalone;
  }

  async shutdown(): Promise<void> {
    const { embedded } = this;
    this.embedded = this.address = undefined;
    await embedded?.shutdown();
  }

  private async findAddress(): Promise<string> {
    const { embedded, enabled } = this.options;
    if (enabled === false) {
      throw new RocketConfigError(
        `the connection '${this.name}' is off: set 'enabled' of RocketModule to true to use it`,
      );
    }
    if (this.environment) return this.environment.namesrvAddr(this.name);
    if (!embedded) return namesrvAddressesOf(this.options).join(';');
    this.embedded = new EmbeddedBroker(typeof embedded === 'object' ? embedded : {});
    return this.embedded.start(this.dependencies);
  }
}
