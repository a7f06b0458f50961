#!/usr/bin/env node
/**
 * The load run while its parts are killed and started again in turn: order, payment, broker, Redis
 * (with all of the gate's memory), PostgreSQL. Real servers and processes of their own.
 *   npm run seckill:chaos -- [--users 20000] [--stock 500] [--pay 0.8] [--drain-seconds 240]
 *                            [--pause-seconds 3] [--html FILE]
 * The exit status is the verdict.
 */
import { closeConnections } from './http-client.mjs';
import { readOptions } from './options.mjs';
import { sleep } from './part.mjs';
import { startRealParts } from './real-parts.mjs';
import { runSale } from './run.mjs';

/** How long a part is away. */
const AWAY_MS = 500;

const options = readOptions({ 'pause-seconds': { type: 'string', default: '3' } });
const pauseMs = Number(options['pause-seconds']) * 1000;
// Long enough that those who pay at once are in time, also when a service is away for a while.
const world = await startRealParts({ unpaidDelay: '30s' });
let isOver = false;
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    isOver = true;
    await world.stop();
    process.exit(130);
  });
}
let isGood = false;
try {
  const trouble = makeTrouble(world.parts);
  const afterwards = async () => {
    isOver = true;
    await trouble;
    const kills = Object.values(world.parts).filter((part) => part.kills > 0);
    console.log(`killed: ${kills.map((part) => `${part.name} ${part.kills}`).join(', ')}`);
  };
  isGood = await runSale(world, options, { isPatient: true, afterwards });
} finally {
  isOver = true;
  closeConnections();
  if (!isGood && process.env.KEEP_LOGS) console.log(`logs in ${world.folder}`);
  else await world.stop();
}
process.exit(isGood ? 0 : 1);

/** Each part at least once, then round and round while the sale lasts. */
async function makeTrouble(parts) {
  const victims = [parts.order, parts.payment, parts.broker, parts.redis, parts.postgres];
  for (let turn = 0; turn < victims.length || !isOver; turn++) {
    await sleep(pauseMs);
    await victims[turn % victims.length].killAndRestart(AWAY_MS);
  }
}
