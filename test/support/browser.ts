import * as fs from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const PROGRAMS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** The system's Chromium, undefined where there is none. */
export function chromiumProgram(): string | undefined {
  return PROGRAMS.find((file) => fs.existsSync(file));
}

/** A headless browser; the caller closes it. */
export function openBrowser(): Promise<Browser> {
  const executablePath = chromiumProgram();
  if (executablePath === undefined) throw new Error('no Chromium here: apt-get install chromium');
  // Its sandbox wants rights that containers and root do not have; it sees our own pages only.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}
