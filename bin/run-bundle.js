'use strict';
const fs = require('node:fs');
const Module = require('node:module');
const path = require('node:path');
const vm = require('node:vm');

/** Runs a bundle as a module, with its cache of compiled code if this version of Node made it. */
exports.runBundle = function runBundle(file) {
  const cache = `${file}.cache`;
  const script = new vm.Script(Module.wrap(fs.readFileSync(file, 'utf8')), {
    filename: file,
    cachedData: fs.existsSync(cache) ? fs.readFileSync(cache) : undefined,
  });
  const module = { exports: {} };
  const require = Module.createRequire(file);
  script.runInThisContext()(module.exports, require, module, file, path.dirname(file));
  return { script, exports: module.exports };
};
