import { execFileSync, spawnSync } from 'node:child_process';
import * as fs from 'node:fs';
import * as path from 'node:path';
import { freePorts, waitFor } from '../support/polling';
import { createTopic, maxOffset, pull, sendBodies } from '../support/raw-client';
import { RawConnection } from '../support/raw-connection';
import type { ServerProcess } from '../support/server-process';
import { launchBroker } from '../support/servers';
import { readStoredRecords } from '../support/stored-record';
import { makeTemporaryFolder, removeFolder } from '../support/temporary-folder';
import { verifyStore } from '../support/verify-store';

const DISK_MIB = 32;
const BALLAST_BYTES = 24 << 20;
const BODY_BYTES = 16 << 10;
const MAX_SENDS = 4000;
/** What a server may take to accept messages again once there is room. */
const RESUME_LIMIT_MS = 10_000;
const SUCCESS = 0;

const queue = { topic: 'full-disk', queueId: 0 };
const properties = {
  mappedFileSizeCommitLog: 1 << 20,
  maxMessageSize: 64 << 10,
  mappedFileSizeConsumeQueue: 20 * 1000,
  maxHashSlotNum: 1000,
  maxIndexNum: 4000,
};

const folder = makeTemporaryFolder('full-disk');
const disk = path.join(folder, 'disk');
fs.mkdirSync(disk);
const canMount = mountDisk();

/** A disk of its own takes root; without, the store's specs fill a simulated one. */
const name = canMount ? 'a full disk' : '[not in CI] a full disk';
(canMount ? describe : describe.skip)(name, () => {
  let broker: ServerProcess | undefined;

  afterAll(async () => {
    await broker?.kill();
    spawnSync('umount', [disk]);
    removeFolder(folder);
  });

  it.each([
    ['at the last byte', 100],
    ['at diskSpaceWarningLevelRatio', 90],
  ])(
    '%s: nothing is acknowledged that is not stored, reading goes on, writing resumes by itself',
    async (_where, diskSpaceWarningLevelRatio) => {
      const store = path.join(disk, `store-${diskSpaceWarningLevelRatio}`);
      const ballast = path.join(disk, 'ballast');
      fs.writeFileSync(ballast, Buffer.alloc(BALLAST_BYTES));
      const [port] = await freePorts(1);
      const own = { ...properties, diskSpaceWarningLevelRatio, storePathRootDir: store };
      broker = await launchBroker({ folder, port, properties: own }).ready();
      const connection = await RawConnection.open(port);
      expect((await createTopic(connection, queue.topic, 1)).code).toBe(SUCCESS);

      const acknowledged: string[] = [];
      let sends = 0;
      const send = async (): Promise<boolean> => {
        const body = `message ${sends++} `.padEnd(BODY_BYTES, 'x');
        const answer = await sendBodies(connection, queue, [Buffer.from(body)]);
        if (answer.code === SUCCESS) acknowledged.push(body);
        return answer.code === SUCCESS;
      };
      const readAll = async (): Promise<string[]> => {
        const bodies: string[] = [];
        const end = await maxOffset(connection, queue);
        while (bodies.length < end) {
          const { body } = await pull(connection, queue, bodies.length, 32);
          bodies.push(...readStoredRecords(body).map((record) => record.body.toString()));
        }
        return bodies;
      };

      while (await send()) expect(sends).toBeLessThan(MAX_SENDS);
      expect(acknowledged.length).toBeGreaterThan(0);
      for (let more = 0; more < 20; more++) await send();
      expect(await readAll()).toEqual(acknowledged);

      fs.rmSync(ballast);
      await waitFor('a send to be accepted again', send, RESUME_LIMIT_MS);
      for (let more = 0; more < 20; more++) expect(await send()).toBe(true);
      expect(await readAll()).toEqual(acknowledged);
      await connection.close();
      await broker.kill();
      await verifyStore(store, own);
      broker = await launchBroker({ folder, port, properties: own }).ready();
      const again = await RawConnection.open(port);
      expect(await maxOffset(again, queue)).toBe(acknowledged.length);
      await again.close();
      await broker.stop();
      broker = undefined;

      expect(await verifyStore(store, own)).toMatch(`${acknowledged.length} records`);
      fs.rmSync(store, { recursive: true });
    },
    90_000,
  );
});

function mountDisk(): boolean {
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MIB}m`, 'tmpfs', disk], {
      stdio: 'ignore',
    });
    return true;
  } catch {
    return false;
  }
}
