'use strict';
const fs = require('node:fs');
const path = require('node:path');
const { runBundle } = require('./run-bundle');

/** Runs the program of apps/<app> with this process's arguments; it has to be built already. */
module.exports = function runBuilt(app) {
  const folder = path.join(__dirname, '..', 'apps', app, 'dist');
  const main = path.join(folder, 'main.js');
  if (!fs.existsSync(main)) {
    process.stderr.write(
      `${path.basename(process.argv[1])}: not built yet; run npm ci && npm run build\n`,
    );
    process.exit(1);
  }
  // Node 22 and later keep compiled code of packages between starts.
  require('node:module').enableCompileCache?.();
  void (loadBundle(folder) ?? require(main)).main(process.argv.slice(2));
};

/** All of it in one file, which is quicker to load; undefined when it is not of the last build. */
function loadBundle(folder) {
  const file = path.join(folder, 'main.bundle.js');
  if (!fs.existsSync(file)) return undefined;
  const { builds, load } = runBundle(file).exports;
  const isCurrent = builds.every(([name, modifiedSeconds, sizeBytes]) => {
    const found = fs.statSync(path.join(folder, name), { throwIfNoEntry: false });
    return found?.size === sizeBytes && Math.floor(found.mtimeMs / 1000) === modifiedSeconds;
  });
  return isCurrent ? load() : undefined;
}
