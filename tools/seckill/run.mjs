import cliProgress from 'cli-progress';
import { Crowd } from './crowd.mjs';
import { textReport, writeHtmlReport } from './report.mjs';
import { drain, judge } from './verdict.mjs';

/**
 * One sale from its opening to its last order, with a progress bar, a report and a verdict.
 *
 * @param {{ isPatient?: boolean, afterwards?: () => Promise<void> }} how `isPatient`: buyers try on
 *   while services are away; `afterwards` runs when the crowd is done, before everything drains
 * @returns whether the verdict holds
 */
export async function runSale(addresses, options, { isPatient = false, afterwards } = {}) {
  const { users, stock, pay } = options;
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
  const onProgress = (count) => bar.update(count);
  const crowd = new Crowd({ ...addresses, users, payShare: pay, isPatient, onProgress });
  const startedAt = performance.now();
  await phase('entering', users, () => crowd.enter());
  await phase('buying  ', crowd.buyers.length, () => crowd.rush(sale.id));
  await crowd.recount();
  const winners = crowd.buyers.filter(({ orders }) => orders.length > 0).length;
  await phase('paying  ', winners, () => crowd.pay());
  const seconds = (performance.now() - startedAt) / 1000;
  await afterwards?.();
  const { books, drainMs } = await drain(addresses, sale.id, options.drainSeconds * 1000);
  if (!books) {
    console.error('the services do not answer');
    return false;
  }
  const verdict = judge(books, crowd.buyers, { calm: !isPatient });
  return tell(options, {
    options,
    seconds,
    latencies: summaries(crowd.latencies),
    perSecond: crowd.rate.list(),
    books,
    drainMs,
    verdict,
  });
}

function summaries(latencies) {
  return Object.fromEntries(
    Object.entries(latencies).map(([kind, found]) => [kind, found.summary()]),
  );
}

function tell({ html }, report) {
  process.stdout.write(textReport(report));
  writeHtmlReport(html, report);
  console.log(`charts in ${html}`);
  return report.verdict.every(({ holds }) => holds);
}
