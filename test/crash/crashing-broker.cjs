'use strict';
/**
 * A broker that kills itself: node crashing-broker.cjs CONFIGURATION-FILE CRASH-POINT
 *
 * It is made of the classes that bin/mqbroker is made of, without Nest, which starts slower. The
 * files go through a FileSystem that ends the process by SIGKILL at the crash point (JSON; see
 * crash-points.ts). Without a crash point it runs until it is told to stop.
 */
// Node 22 and later keep compiled code between starts.
require('node:module').enableCompileCache?.();
const fs = require('node:fs');
const { NodeFileSystem, SilentLogger, SystemClock, SystemRandom } = require('@rocket-nest/common');
const { BrokerController, readBrokerConfig } = require('@rocket-nest/broker');

const MESSAGE_MAGICS = [0xdaa320a7, 0xdaa320ab];

function crash() {
  process.kill(process.pid, 'SIGKILL');
  // The signal arrives before the call returns to this thread; nothing below may ever run.
  for (;;);
}

/** Stored records in what is written to the commit log: where each lies, its topic and properties. */
function* recordsIn(bytes) {
  for (let start = 0; start + 91 <= bytes.length;) {
    const size = bytes.readInt32BE(start);
    if (!MESSAGE_MAGICS.includes(bytes.readUInt32BE(start + 4))) return;
    const bodyAt = start + 84;
    const topicAt = bodyAt + 4 + bytes.readInt32BE(bodyAt);
    const propertiesAt = topicAt + 1 + bytes[topicAt];
    const topic = bytes.toString('latin1', topicAt + 1, propertiesAt);
    const properties = bytes.toString('latin1', propertiesAt + 2, start + size);
    yield { start, size, topic, properties };
    start += size;
  }
}

class CrashingFileSystem extends NodeFileSystem {
  paths = new Map();

  constructor(point) {
    super();
    this.point = point;
    this.left = point.pass;
  }

  open(path, mode) {
    const file = super.open(path, mode);
    this.paths.set(file, path);
    return file;
  }

  pwrite(file, data, offset, length, position) {
    const at = this.middleOfMatch(this.paths.get(file), data.subarray(offset, offset + length));
    if (at === undefined || --this.left > 0) {
      return super.pwrite(file, data, offset, length, position);
    }
    const { when } = this.point;
    if (when === 'within') super.pwrite(file, data, offset, at, position);
    if (when === 'after') super.pwrite(file, data, offset, length, position);
    return crash();
  }

  rename(from, to) {
    const { operation, file, when } = this.point;
    const isMeant = operation === 'rename' && to.endsWith(file) && --this.left <= 0;
    if (isMeant && when === 'before') crash();
    super.rename(from, to);
    if (isMeant) crash();
  }

  /** Undefined when the point is not about this write, else the middle of what it is about. */
  middleOfMatch(path, bytes) {
    const { operation, file, topic, has, lacks } = this.point;
    if (operation !== 'write' || !path.includes(file)) return undefined;
    if (topic === undefined) return bytes.length >> 1;
    for (const record of recordsIn(bytes)) {
      if (record.topic !== topic) continue;
      if (has !== undefined && !record.properties.includes(has)) continue;
      if (lacks !== undefined && record.properties.includes(lacks)) continue;
      return record.start + (record.size >> 1);
    }
    return undefined;
  }
}

async function main([configFile, pointText]) {
  const point = pointText === undefined ? undefined : JSON.parse(pointText);
  const { config } = readBrokerConfig(fs.readFileSync(configFile, 'utf8'), configFile, {
    env: process.env,
  });
  const broker = new BrokerController(config, {
    fileSystem: point ? new CrashingFileSystem(point) : new NodeFileSystem(),
    clock: new SystemClock(),
    random: new SystemRandom(),
    logger: new SilentLogger(),
    keepProcessAlive: true,
  });
  process.once('SIGTERM', () => void broker.shutdown());
  await broker.initialize();
  await broker.start();
}

main(process.argv.slice(2)).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
