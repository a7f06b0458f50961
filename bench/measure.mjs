/** Repeats a piece of work for a while and tells how long one operation took. */
import { performance } from 'node:perf_hooks';

const WARM_UP_MS = 1000;
const ROUND_MS = 700;
const ROUNDS = 7;

/**
 * `work` does `operations` operations each time it is called (or until its promise resolves).
 * Gives the median over the rounds, in nanoseconds per operation, and their spread.
 */
export async function measure(operations, work) {
  await repeat(WARM_UP_MS, work);
  const rounds = [];
  for (let round = 0; round < ROUNDS; round++) {
    const { calls, elapsedMs } = await repeat(ROUND_MS, work);
    rounds.push((elapsedMs * 1e6) / (calls * operations));
  }
  return summary(rounds);
}

/**
 * The same of several pieces of work by turns, which is what a comparison needs: whatever else the
 * machine does slows all of them down alike. Gives a result for each.
 */
export async function measureByTurns(operations, works) {
  for (const work of works) await repeat(WARM_UP_MS, work);
  const rounds = works.map(() => []);
  for (let round = 0; round < ROUNDS; round++) {
    for (const [index, work] of works.entries()) {
      const { calls, elapsedMs } = await repeat(ROUND_MS, work);
      rounds[index].push((elapsedMs * 1e6) / (calls * operations));
    }
  }
  return rounds.map(summary);
}

function summary(rounds) {
  rounds.sort((a, b) => a - b);
  const nsPerOperation = rounds[ROUNDS >> 1];
  return {
    nsPerOperation: Math.round(nsPerOperation),
    operationsPerSecond: Math.round(1e9 / nsPerOperation),
    spread: Number(((rounds[ROUNDS - 1] - rounds[0]) / nsPerOperation).toFixed(2)),
  };
}

async function repeat(durationMs, work) {
  const start = performance.now();
  let calls = 0;
  let elapsedMs = 0;
  while (elapsedMs < durationMs) {
    const pending = work();
    if (pending !== undefined) await pending;
    calls++;
    elapsedMs = performance.now() - start;
  }
  return { calls, elapsedMs };
}
