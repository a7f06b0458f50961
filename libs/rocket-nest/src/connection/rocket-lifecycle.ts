import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { RocketConfigError } from '../errors/rocket-config-error';
import { ListenerExplorer } from '../listener/listener-explorer';
import type { ListenerRegistrar } from '../listener/listener-registrar';
import type { RocketModuleOptions } from '../rocket-module-options';
import type { RocketConnection } from './rocket-connection';

/** What belongs to one connection. */
export interface ConnectionParts {
  readonly options: RocketModuleOptions;
  readonly connection: RocketConnection;
  readonly producer: { shutdown(): Promise<void> };
  readonly registrar: ListenerRegistrar;
}

/** Farther out than the root module (1) and global modules, so that Nest starts it last. */
const AFTER_ALL_OTHERS = -1;

/**
 * Starts the listeners of all connections when everything else of the application is ready, and
 * stops them before anything else: a handler that still runs may use every other module.
 */
@Injectable()
export class RocketLifecycle
  implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown
{
  private readonly connections = new Map<string, ConnectionParts>();

  constructor(
    @Inject(ModulesContainer) modules: ModulesContainer,
    @Inject(ListenerExplorer) private readonly explorer: ListenerExplorer,
  ) {
    // Nest runs start hooks by falling distance, and those of the shutdown the other way round.
    for (const each of modules.values()) {
      if (each.providers.has(RocketLifecycle)) each.distance = AFTER_ALL_OTHERS;
    }
  }

  /** By connection name. */
  get parts(): ReadonlyMap<string, ConnectionParts> {
    return this.connections;
  }

  add(name: string, parts: ConnectionParts): void {
    if (this.connections.has(name)) {
      throw new RocketConfigError(
        `two RocketModule.forRoot or forRootAsync make a connection '${name}'; ` +
          "import it once, or give one of them another 'name'",
      );
    }
    this.connections.set(name, parts);
  }

  async onApplicationBootstrap(): Promise<void> {
    const listeners = this.explorer.explore((name, place) => this.optionsOf(name, place));
    try {
      await Promise.all(
        [...this.connections].map(([name, { registrar }]) =>
          registrar.startAll(listeners.filter((listener) => listener.connection === name)),
        ),
      );
    } catch (error) {
      await this.onModuleDestroy();
      await this.onApplicationShutdown();
      throw error;
    }
  }

  async onModuleDestroy(): Promise<void> {
    await this.forAll(({ registrar }) => registrar.shutdown());
  }

  async onApplicationShutdown(): Promise<void> {
    await this.forAll(({ producer }) => producer.shutdown());
    await this.forAll(({ connection }) => connection.shutdown());
  }

  private async forAll(step: (parts: ConnectionParts) => Promise<void>): Promise<void> {
    await Promise.all([...this.connections.values()].map(step));
  }

  private optionsOf(name: string, place: string): RocketModuleOptions {
    const parts = this.connections.get(name);
    if (parts) return parts.options;
    throw new RocketConfigError(
      `${place} names the connection '${name}'; known are ` +
        `${[...this.connections.keys()].join(', ')}: add RocketModule.forRoot({ name: '${name}', ... })`,
    );
  }
}
