import * as fs from 'node:fs';
import * as path from 'node:path';
import type { Random } from '@rocket-nest/common';
import { freePorts, waitFor } from '../support/polling';
import { RawConnection } from '../support/raw-connection';
import { ServerProcess } from '../support/server-process';
import { formatProperties, type Properties } from '../support/servers';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';
import { verifyStore } from '../support/verify-store';
import type { CrashPoint } from './crash-points';

const PROGRAM = path.join(__dirname, 'crashing-broker.cjs');
const MAX_PASSES = 6;
const POINT_LIMIT_MS = 20_000;

/** How often each named point is crashed at. */
export const crashesPerPoint = Number(process.env.CRASH_POINT_KILLS ?? 10);
export const crashSeed = Number(process.env.CRASH_SEED ?? Date.now() % 1_000_000);

/** Clients of one broker run, over all of its crashes. */
export interface CrashLoad {
  /** The broker is up; notes where what it holds now is not what it promised. */
  check(connection: RawConnection): Promise<void>;
  /** Works until the connection closes. */
  run(connection: RawConnection): Promise<void>;
  /** The broker is dead: what it leaves may matter for what is allowed later. */
  onCrashed(storeFolder: string): void;
  /** Brings everything to its end; what holds after that is checked last. */
  settle(connection: RawConnection): Promise<void>;
}

/** One store folder, and the brokers that crash on it one after the other. */
export class CrashChain {
  private readonly folder = makeTemporaryFolder('crash-point');
  private broker: ServerProcess | undefined;

  constructor(private readonly properties: Properties) {}

  /** Crashes at the point again and again, then lets a broker run in peace to the end. */
  async run(point: CrashPoint, load: CrashLoad, random: Random): Promise<void> {
    for (let crash = 0; crash < crashesPerPoint; crash++) {
      const pass = 1 + random.nextInt(MAX_PASSES);
      const broker = await this.launch({ ...point, pass });
      const connection = await this.open(broker);
      if (connection) {
        await load.check(connection).catch(ignoreWhenClosed(connection));
        await load.run(connection);
      }
      await waitFor('the crash', () => !broker.isRunning, POINT_LIMIT_MS);
      load.onCrashed(path.join(this.folder, 'store'));
    }
    const store = path.join(this.folder, 'store');
    await verifyStore(store, this.properties);
    const broker = await (await this.launch()).ready();
    const connection = await RawConnection.open(broker.options.port);
    await load.check(connection);
    await load.settle(connection);
    await connection.close();
    await broker.stop();
    await verifyStore(store, this.properties);
  }

  /** Removes the folder, and the broker if one still runs. */
  async end(): Promise<void> {
    await this.broker?.kill();
    removeFolder(this.folder);
  }

  private async launch(point?: CrashPoint): Promise<ServerProcess> {
    const [port] = await freePorts(1);
    const file = path.join(this.folder, 'broker.conf');
    const storePathRootDir = path.join(this.folder, 'store');
    const base = { brokerName: 'broker-a', brokerIP1: '127.0.0.1', storePathRootDir };
    fs.writeFileSync(file, formatProperties({ ...base, listenPort: port, ...this.properties }));
    this.broker = new ServerProcess({
      name: 'a broker that crashes',
      command: process.execPath,
      args: [PROGRAM, file, ...(point ? [JSON.stringify(point)] : [])],
      logFile: path.join(this.folder, 'broker.log'),
      port,
    });
    return this.broker;
  }

  /** Undefined when it crashed before anybody could connect. */
  private async open(broker: ServerProcess): Promise<RawConnection | undefined> {
    try {
      await broker.ready();
      return await RawConnection.open(broker.options.port);
    } catch (error) {
      if (broker.endedBy === 'SIGKILL') return undefined;
      throw error;
    }
  }
}

/** The crash may come while something is asked. */
function ignoreWhenClosed(connection: RawConnection): (error: unknown) => void {
  return (error) => {
    if (connection.isOpen) throw error;
  };
}
