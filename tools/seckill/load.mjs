#!/usr/bin/env node
/**
 * Many buyers at one sale, and a verdict over what is left.
 *   npm run seckill:load -- [--users 20000] [--stock 500] [--pay 0.8] [--drain-seconds 240]
 *                           [--shop URL --payment URL] [--html FILE]
 * Without addresses it starts the sample on embedded defaults for itself, with thirty seconds to pay.
 * OPERATOR_TOKEN is used where it is set. The exit status is the verdict.
 */
import { startEmbedded } from './embedded.mjs';
import { closeConnections } from './http-client.mjs';
import { readOptions } from './options.mjs';
import { runSale } from './run.mjs';

const options = readOptions({ shop: { type: 'string' }, payment: { type: 'string' } });
const embedded = options.shop ? undefined : await startEmbedded();
for (const signal of ['SIGINT', 'SIGTERM']) {
  process.once(signal, async () => {
    await embedded?.stop();
    process.exit(130);
  });
}
const addresses = {
  shop: options.shop ?? embedded.shop,
  payment: options.payment ?? embedded?.payment ?? options.shop,
  operatorToken: process.env.OPERATOR_TOKEN,
};
let isGood = false;
try {
  isGood = await runSale(addresses, options);
} finally {
  closeConnections();
  await embedded?.stop();
}
process.exit(isGood ? 0 : 1);
