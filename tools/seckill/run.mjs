import cliProgress from 'cli-progress';
import { Crowd } from './crowd.mjs';
import { textReport, writeHtmlReport } from './report.mjs';
import { drain, judge } from './verdict.mjs';

/**
 * One sale from its opening to its last order, with a progress bar, a report and a verdict.
 *
 * @returns whether the verdict holds
 */
export async function runSale(addresses, { users, stock, pay, drainSeconds, html, isPatient }) {
  const bar = new cliProgress.SingleBar(
    { format: '{phase} {bar} {value}/{total}', clearOnComplete: true },
    cliProgress.Presets.shades_classic,
  );
  const phase = async (name, total, work) => {
    bar.start(total, 0, { phase: name });
    await work();
    bar.stop();
  };
  const sale = await Crowd.openSale(addresses.shop, stock, addresses);
  const onProgress = (_, count) => bar.update(count);
  const crowd = new Crowd({ ...addresses, users, payShare: pay, isPatient, onProgress });
  const startedAt = performance.now();
  await phase('entering', users, () => crowd.enter());
  await phase('buying  ', crowd.buyers.length, () => crowd.rush(sale.id));
  await crowd.recount();
  const winners = crowd.buyers.filter(({ orders }) => orders.length > 0).length;
  await phase('paying  ', winners, () => crowd.pay());
  const seconds = (performance.now() - startedAt) / 1000;
  return {
    sale,
    crowd,
    seconds,
    finish: () =>
      finish(addresses, { users, stock, pay, drainSeconds, html }, { sale, crowd, seconds }),
  };
}

async function finish(addresses, options, { sale, crowd, seconds }) {
  const { books, drainMs } = await drain(addresses, sale.id, options.drainSeconds * 1000);
  if (!books) {
    console.error('the services do not answer');
    return false;
  }
  const report = {
    options,
    seconds,
    latencies: Object.fromEntries(
      Object.entries(crowd.latencies).map(([kind, found]) => [kind, found.summary()]),
    ),
    perSecond: crowd.rate.list(),
    books,
    drainMs,
    verdict: judge(books, crowd.buyers),
  };
  process.stdout.write(textReport(report));
  if (options.html) {
    writeHtmlReport(options.html, report);
    console.log(`charts in ${options.html}`);
  }
  return report.verdict.every(({ holds }) => holds);
}
