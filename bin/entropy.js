#!/usr/bin/env node
// Starts the command line on Node 24 or newer: on this Node if it is one, else on the one npm installed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const candidates = ['../node_modules/node/bin/node', '../node_modules/.bin/node'].map(path);
const current = Number(process.versions.node.split('.')[0]) >= 24 ? process.execPath : undefined;
const node = current ?? candidates.find((candidate) => existsSync(candidate));
if (node === undefined) {
  console.error('entropy needs Node 24 or newer: run `npm ci` in its folder, or install Node 24.');
  process.exit(2);
}
// On this Node there is no other process in between that a signal or a terminal would have to reach.
if (node !== process.execPath) startOn(node);
else {
  // The first start compiles, later ones find it done. Where the folder can't be written to, all compile.
  module.enableCompileCache({ directory: path('../node_modules/.cache/entropy'), portable: true });
  await import('./entropy.ts');
}

function startOn(node) {
  const child = spawn(node, [path('./entropy.js'), ...process.argv.slice(2)], { stdio: 'inherit' });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'])
    process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code ?? (signal === 'SIGINT' ? 130 : 143);
  });
}
