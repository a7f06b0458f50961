/**
 * Puts the modules of a server program into one file, dist/main.bundle.js beside its dist/main.js,
 * with a cache of its compiled code: loading some 320 small files takes longer than all the rest of
 * a server's start.
 */
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const { runBundle } = createRequire(import.meta.url)('../bin/run-bundle.js');

const REQUIRE = /\brequire\((["'])([^"']+)\1\)/g;

/** Bundles a compiled module of the repository and all that it requires there. */
export function bundle(main) {
  const output = main.replace(/\.js$/, '.bundle.js');
  const modules = collect(main);
  // A cache is told from another's only by the length of its source: it must not outlive its own.
  fs.rmSync(`${output}.cache`, { force: true });
  fs.writeFileSync(output, bundleOf(modules, path.dirname(output)));
  const { script, exports } = runBundle(output);
  exports.load();
  fs.writeFileSync(`${output}.cache`, script.createCachedData());
}

/** Code by file, the main one first; what the repository has is required by its place there. */
function collect(main) {
  const modules = new Map();
  const add = (file) => {
    const known = [...modules.keys()].indexOf(file);
    if (known >= 0) return known;
    const id = modules.size;
    modules.set(file, '');
    const { resolve } = createRequire(file);
    const source = fs.readFileSync(file, 'utf8').replace(/^\/\/# sourceMappingURL=.*$/m, '');
    const bundled = source.replace(REQUIRE, (call, _quote, name) => {
      if (!name.startsWith('.') && !name.startsWith('@rocket-nest/')) return call;
      const target = resolve(name);
      return path.relative(root, target).includes('node_modules')
        ? call
        : `bundled(${add(target)})`;
    });
    modules.set(file, bundled);
    return id;
  };
  add(main);
  return modules;
}

/** Each module finds packages and files from where it came from. */
function bundleOf(modules, folder) {
  const projects = [...new Set([...modules.keys()].map(projectOf))];
  const functions = [...modules].map(([file, source]) => {
    const name = path.relative(root, file);
    const from = path.relative(folder, path.dirname(file));
    const project = projects.indexOf(projectOf(file));
    const head = `[${project}, '${from}', function (exports, require, module, __dirname) {`;
    return `// ${name}\n${head}\n${source}\n}]`;
  });
  const builds = projects.map((project) => {
    const buildInfo = path.join(project, 'dist/.tsbuildinfo');
    const { mtimeMs, size } = fs.statSync(buildInfo);
    return [path.relative(folder, buildInfo), Math.floor(mtimeMs / 1000), size];
  });
  return `'use strict';
const { createRequire } = require('node:module');
const path = require('node:path');
const folders = ${JSON.stringify(projects.map((project) => path.relative(folder, project)))};
const requires = folders.map((folder) => createRequire(path.join(__dirname, folder, 'package.json')));
const loaded = [];
function bundled(id) {
  if (loaded[id]) return loaded[id].exports;
  const module = (loaded[id] = { exports: {} });
  const [project, folder, run] = modules[id];
  run(module.exports, requires[project], module, path.join(__dirname, folder));
  return module.exports;
}
const modules = [
${functions.join(',\n')}
];
/** Build of each project that is in here: file, time of its last change in s, size in bytes. */
exports.builds = ${JSON.stringify(builds)};
exports.load = () => bundled(0);
`;
}

/** Its compiler writes dist/.tsbuildinfo anew whenever it changes the code. */
function projectOf(file) {
  const [kind, name] = path.relative(root, file).split(path.sep);
  return path.join(root, kind, name);
}
