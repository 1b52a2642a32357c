#!/usr/bin/env node
/** `npx vicino`: runs the program with the arguments, streams and files of this process. */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { command, wasm } from './find.js';

let found: ReturnType<typeof command>;
try {
  found = command();
} catch (error) {
  console.error(`vicino: ${(error as Error).message}`);
  process.exit(1);
}

const args = process.argv.slice(2);
if (found.from === 'wasm') {
  // Without a process in between: streams are those of this one.
  const { runInNode } = await import('./run-in-node.js');
  process.exit(runInNode(wasm(), args));
}
const child = spawn(found.file, [...found.before, ...args], { stdio: 'inherit' });
// A signal of the terminal reaches both; the program decides.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
  process.on(signal, () => child.kill(signal));
child.on('error', (error) => {
  const hint = found.from === 'VICINO_BINARY' ? '; VICINO_BINARY names it' : '';
  console.error(`vicino: cannot start ${found.file}: ${error.message}${hint}`);
  process.exit(1);
});
child.on('close', (code, signal) => {
  process.exit(code ?? 128 + (constants.signals[signal as NodeJS.Signals] ?? 0));
});
