/** Runs `work` over the items, at most `width` at a time. */
export async function pool(items, width, work) {
  let next = 0;
  const worker = async () => {
    while (next < items.length) await work(items[next++]);
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
}

/** Tries until `work` gives something, or the time is up. */
export async function retry(work, limitMs, pauseMs = 500) {
  const until = Date.now() + limitMs;
  for (;;) {
    const found = await work();
    if (found !== undefined || Date.now() > until) return found;
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
