'use strict';
const fs = require('node:fs');
const path = require('node:path');

/** Runs the program of apps/<app> with this process's arguments; it has to be built already. */
module.exports = function runBuilt(app) {
  const main = path.join(__dirname, '..', 'apps', app, 'dist', 'main.js');
  if (!fs.existsSync(main)) {
    process.stderr.write(
      `${path.basename(process.argv[1])}: not built yet; run npm ci && npm run build\n`,
    );
    process.exit(1);
  }
  // Node 22 and later keep compiled code between starts.
  require('node:module').enableCompileCache?.();
  void require(main).main(process.argv.slice(2));
};
