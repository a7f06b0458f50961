'use strict';
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const root = path.join(__dirname, '..');

/** Builds the projects, and what they refer to, when a build is missing or older than its sources. */
module.exports = function buildIfStale(projects) {
  const seen = new Set();
  if (!projects.some((project) => isStale(path.join(root, project), seen))) return;
  process.stdout.write('Building ...\n');
  const build = path.join(root, 'tools/build.mjs');
  const { status } = spawnSync(process.execPath, [build, ...projects], {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  if (status !== 0) {
    process.stderr.write('The build failed; the messages above say where.\n');
    process.exit(1);
  }
};

function isStale(project, seen) {
  if (seen.has(project)) return false;
  seen.add(project);
  const config = JSON.parse(fs.readFileSync(path.join(project, 'tsconfig.json'), 'utf8'));
  const built = modifiedMs(path.join(project, config.compilerOptions.tsBuildInfoFile));
  if (!fs.existsSync(path.join(project, 'dist', 'index.js')) && !hasMain(project)) return true;
  if (newestSourceMs(path.join(project, 'src')) > built) return true;
  return config.references.some((reference) => isStale(path.join(project, reference.path), seen));
}

function hasMain(project) {
  return fs.existsSync(path.join(project, 'dist', 'main.js'));
}

function modifiedMs(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0;
}

function newestSourceMs(folder) {
  return fs
    .readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith('.ts') && !name.endsWith('.spec.ts'))
    .reduce((newest, name) => Math.max(newest, modifiedMs(path.join(folder, name))), 0);
}
