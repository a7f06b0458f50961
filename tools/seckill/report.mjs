import fs from 'node:fs';

const ms = (value) => `${value.toFixed(1)} ms`;

/** The report as text. */
export function textReport({ options, seconds, latencies, books, drainMs, verdict }) {
  const { sale, orders, payments, groups } = books;
  const rows = Object.entries(latencies).map(
    ([kind, { count, p50, p90, p99, max, outcomes }]) =>
      `  ${kind.padEnd(6)} ${String(count).padStart(7)}   p50 ${ms(p50)}  p90 ${ms(p90)}  p99 ${ms(p99)}  max ${ms(max)}\n` +
      `         ${Object.entries(outcomes)
        .map(([outcome, times]) => `${outcome} ${times}`)
        .join(', ')}`,
  );
  const total = Object.values(latencies).reduce((sum, { count }) => sum + count, 0);
  return [
    `${options.users} buyers, ${sale.stock} items, ${(total / seconds).toFixed(0)} requests/s over ${seconds.toFixed(1)} s`,
    ...rows,
    `  orders   confirmed ${orders.CONFIRMED}, cancelled ${orders.CANCELLED}, unpaid ${orders.CREATED}; ${sale.remaining} items left`,
    `  payments paid ${payments.PAID.count}, closed ${payments.CLOSED.count}, refunded ${payments.REFUNDED.count}`,
    `  messages ${groups.map(({ group, lag, deadLetters }) => `${group}: ${lag} in flight, ${deadLetters} dead`).join('; ')}`,
    `  drained in ${(drainMs / 1000).toFixed(1)} s`,
    ...verdict.map(({ what, holds, detail }) => `  ${holds ? 'ok  ' : 'FAIL'} ${what} (${detail})`),
    verdict.every(({ holds }) => holds) ? 'VERDICT: holds' : 'VERDICT: BROKEN',
    '',
  ].join('\n');
}

/** The report as a page with charts that needs nothing else. */
export function writeHtmlReport(file, report) {
  const { options, latencies, perSecond, books, verdict } = report;
  const states = [
    ...Object.entries(books.orders).map(([state, count]) => [`order ${state}`, count]),
    ...Object.entries(books.payments).map(([state, { count }]) => [`payment ${state}`, count]),
  ];
  const percentiles = Object.entries(latencies).flatMap(([kind, found]) =>
    ['p50', 'p90', 'p99', 'max'].map((name) => [`${kind} ${name}`, Number(found[name].toFixed(1))]),
  );
  const html = `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Flash sale: ${options.users} buyers</title>
<style>
:root{color-scheme:light dark;--ink:#1c1e21;--soft:#5f6670;--paper:#fff;--bar:#c8102e;--good:#12784a}
@media(prefers-color-scheme:dark){:root{--ink:#eceef1;--soft:#a1a8b3;--paper:#14161a;--bar:#ff5a70;--good:#4cc38a}}
body{margin:0 auto;max-width:900px;padding:24px;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
h1{font-size:22px}h2{font-size:17px;margin-top:32px}pre{overflow-x:auto}
svg{width:100%;height:auto}rect{fill:var(--bar)}text{fill:var(--ink);font:12px system-ui,sans-serif}
.good{color:var(--good)}.bad{color:var(--bar)}
</style></head><body>
<h1>Flash sale: ${options.users} buyers, ${books.sale.stock} items</h1>
<ul>${verdict.map(({ what, holds, detail }) => `<li class="${holds ? 'good' : 'bad'}">${holds ? '✓' : '✗'} ${escape(what)} <small>${escape(detail)}</small></li>`).join('')}</ul>
<h2>Requests finished a second</h2>${columns(perSecond)}
<h2>Latency (ms)</h2>${bars(percentiles)}
<h2>Orders and payments</h2>${bars(states)}
<h2>In words</h2><pre>${escape(textReport(report))}</pre>
</body></html>`;
  fs.writeFileSync(file, html);
}

const escape = (text) => String(text).replace(/[&<>"]/g, (each) => `&#${each.charCodeAt(0)};`);

function bars(rows) {
  const most = Math.max(1, ...rows.map(([, value]) => value));
  const lines = rows.map(([name, value], index) => {
    const y = index * 24;
    const width = (560 * value) / most;
    return `<text x="150" y="${y + 15}" text-anchor="end">${escape(name)}</text><rect x="160" y="${y + 3}" width="${width}" height="16" rx="3"/><text x="${168 + width}" y="${y + 15}">${value}</text>`;
  });
  return `<svg viewBox="0 0 800 ${rows.length * 24}" role="img">${lines.join('')}</svg>`;
}

function columns(values) {
  const most = Math.max(1, ...values);
  const width = 760 / Math.max(1, values.length);
  const rects = values.map((value, index) => {
    const height = (160 * value) / most;
    return `<rect x="${40 + index * width}" y="${170 - height}" width="${Math.max(1, width - 1)}" height="${height}"><title>second ${index}: ${value}</title></rect>`;
  });
  return `<svg viewBox="0 0 800 190" role="img"><text x="34" y="18" text-anchor="end">${most}</text><text x="34" y="172" text-anchor="end">0</text>${rects.join('')}<text x="800" y="186" text-anchor="end">${values.length} s</text></svg>`;
}
