import { rm } from 'node:fs/promises';
import { mkdirSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { BrokerController, createBrokerConfig } from '@rocket-nest/broker';
import {
  NodeFileSystem,
  SilentLogger,
  SystemClock,
  SystemRandom,
  type Clock,
  type Logger,
} from '@rocket-nest/common';
import { EventLoopTurn } from '@rocket-nest/common/internal';
import { createNamesrvConfig, NamesrvController } from '@rocket-nest/namesrv';
import type { StandaloneAddress, StandaloneOptions } from './standalone-options';
import { brokerProperties, namesrvProperties } from './standalone-properties';

/**
 * A name server and a broker in this process. Nothing is shared between two of them, so that tests
 * may run as many as they like.
 */
export class Standalone {
  private readonly clock: Clock;
  private readonly logger: Logger;
  private readonly turn = new EventLoopTurn();
  private folder: string | undefined;
  private namesrvController: NamesrvController | undefined;
  private brokerController: BrokerController | undefined;
  private starting: Promise<StandaloneAddress> | undefined;

  constructor(private readonly options: StandaloneOptions = {}) {
    this.clock = options.clock ?? new SystemClock();
    this.logger = options.logger ?? new SilentLogger();
  }

  /** The broker's parts; undefined unless it runs. */
  get broker(): BrokerController | undefined {
    return this.brokerController;
  }

  /** The name server's parts; undefined unless it runs. */
  get namesrv(): NamesrvController | undefined {
    return this.namesrvController;
  }

  /**
   * Resolves once clients can send: ports open, broker known to the name server. Rejects with
   * CONFIG_INVALID or BIND_FAILED and leaves nothing behind. A second call gets the first's answer.
   */
  start(): Promise<StandaloneAddress> {
    this.starting ??= this.startBoth().catch(async (error: unknown) => {
      await this.stopBoth();
      this.starting = undefined;
      throw error;
    });
    return this.starting;
  }

  /** Stops both; a temporary folder is removed. Nothing happens when they do not run. */
  async shutdown(): Promise<void> {
    await this.starting?.catch(() => undefined);
    this.starting = undefined;
    await this.stopBoth();
  }

  private async startBoth(): Promise<StandaloneAddress> {
    const folder = (this.folder = this.makeFolder());
    const { clock, logger, turn } = this;
    const { host = '127.0.0.1', keepProcessAlive } = this.options;
    const reachableHost = reachable(host);
    const fileSystem = new NodeFileSystem();
    const namesrv = new NamesrvController(
      createNamesrvConfig(namesrvProperties(this.options, folder)),
      { fileSystem, clock, logger, turn },
      { keepProcessAlive },
    );
    this.namesrvController = namesrv;
    namesrv.initialize();
    await namesrv.start();
    const namesrvAddr = `${reachableHost}:${namesrv.listenPort}`;
    const broker = new BrokerController(
      createBrokerConfig(brokerProperties(this.options, folder, namesrvAddr)),
      { fileSystem, clock, logger, turn, random: new SystemRandom(), keepProcessAlive },
    );
    this.brokerController = broker;
    await broker.initialize();
    await broker.start();
    await broker.brokerOuterApi.whenRegistered();
    const [, vipPort] = broker.remotingServer.ports;
    const vipAddr = vipPort === undefined ? undefined : `${reachableHost}:${vipPort}`;
    return { namesrvAddr, brokerAddr: broker.brokerAddr, vipAddr, folder };
  }

  private async stopBoth(): Promise<void> {
    const { brokerController, namesrvController, folder } = this;
    this.brokerController = this.namesrvController = this.folder = undefined;
    await brokerController?.shutdown();
    await namesrvController?.shutdown();
    const isTemporary = this.options.folder === undefined;
    if (isTemporary && folder !== undefined) await rm(folder, { recursive: true, force: true });
  }

  private makeFolder(): string {
    const { folder } = this.options;
    if (folder === undefined) return mkdtempSync(join(tmpdir(), 'rocket-nest-standalone-'));
    mkdirSync(folder, { recursive: true });
    return resolve(folder);
  }
}

/** How this machine reaches what listens on `host`. */
function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
