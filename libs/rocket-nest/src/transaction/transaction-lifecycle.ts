import {
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
} from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';

/** Something that runs while the application does. */
export interface BackgroundPart {
  start(): Promise<void>;
  stop(): Promise<void>;
}

/**
 * Nest runs start hooks by falling distance and those of the shutdown the other way round: this is
 * stopped before the connections (-1) and before the database modules, once listeners have ended.
 */
const STOPPED_FIRST = -2;

/** Starts what answers checks and relays the outbox last, and stops it first. */
@Injectable()
export class TransactionLifecycle implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly parts: BackgroundPart[] = [];

  constructor(@Inject(ModulesContainer) modules: ModulesContainer) {
    for (const each of modules.values()) {
      if (each.providers.has(TransactionLifecycle)) each.distance = STOPPED_FIRST;
    }
  }

  add(part: BackgroundPart): void {
    this.parts.push(part);
  }

  async onApplicationBootstrap(): Promise<void> {
    await Promise.all(this.parts.map((part) => part.start()));
  }

  async onApplicationShutdown(): Promise<void> {
    await Promise.all(this.parts.map((part) => part.stop()));
  }
}
