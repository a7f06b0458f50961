import { Inject, Injectable } from '@nestjs/common';
import { ClientRegistry, type ClientDependencies } from '@rocket-nest/client';
import type { RocketModuleOptions } from '../rocket-module-options';
import { namesrvAddressesOf } from '../rocket-module-options.check';
import { ROCKET_MODULE_OPTIONS } from '../rocket.constants';

/** The part of `@rocket-nest/standalone` that is used, loaded only when asked for. */
interface StandaloneModule {
  readonly Standalone: new (options: object) => {
    start(): Promise<{ readonly namesrvAddr: string }>;
    shutdown(): Promise<void>;
  };
}

/**
 * What the producer and the consumers of one module share: one set of connections, and where the
 * name servers are; the embedded ones are started first when the options ask for them.
 */
@Injectable()
export class RocketConnection {
  /** Handed to every producer and consumer, so that they share routes and sockets. */
  readonly dependencies: ClientDependencies = { registry: new ClientRegistry() };
  private standalone: InstanceType<StandaloneModule['Standalone']> | undefined;
  private address: Promise<string> | undefined;

  constructor(@Inject(ROCKET_MODULE_OPTIONS) private readonly options: RocketModuleOptions) {}

  /** Name servers as `host:port`, separated by `;`. */
  namesrvAddr(): Promise<string> {
    this.address ??= this.options.embedded
      ? this.start()
      : Promise.resolve(namesrvAddressesOf(this.options).join(';'));
    return this.address;
  }

  async shutdown(): Promise<void> {
    const running = this.standalone;
    this.standalone = undefined;
    await running?.shutdown();
  }

  private async start(): Promise<string> {
    // A native import() fails inside Jest, so the optional part is loaded by require.
    // eslint-disable-next-line @typescript-eslint/no-require-imports
    const { Standalone } = require('@rocket-nest/standalone') as StandaloneModule;
    const embedded = typeof this.options.embedded === 'object' ? this.options.embedded : {};
    this.standalone = new Standalone(embedded);
    const { namesrvAddr } = await this.standalone.start();
    return namesrvAddr;
  }
}
