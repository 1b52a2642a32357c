// Runs other programs: to the end, or as a worker that answers requests.
import { execFileSync, spawn } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
/** Data, models and other large files of a run; out of git. */
export const scratch = `${root}/target/bench`;
mkdirSync(scratch, { recursive: true });
/** Folder of installations and builds that all copies of the repository share. */
export const cache =
  process.env.VICINO_CACHE ?? `${process.env.XDG_CACHE_HOME ?? `${homedir()}/.cache`}/vicino`;

/** Progress goes to stderr, results to stdout. */
export function say(line) {
  console.error(line);
}

/** Runs a command; returns its stdout. Its stderr is shown only if it fails. */
export function run(command, args, options = {}) {
  try {
    return execFileSync(command, args, {
      cwd: root,
      encoding: 'utf8',
      maxBuffer: 1 << 26,
      stdio: ['ignore', 'pipe', 'pipe'],
      ...options,
    });
  } catch (error) {
    const why = error.stderr ? `\n${error.stderr.trim()}` : ` ${error.message}`;
    throw new Error(`${command} ${args.join(' ')} failed:${why}`);
  }
}

/** Builds the command and the Rust part of the bench; returns their paths. */
export function build({ profile }) {
  say(`building Vicino (profile ${profile})`);
  const targets = ['--bin', 'vicino', '--example', 'bench_native'];
  const messages = run('cargo', [
    'build',
    '--profile',
    profile,
    '--message-format=json-render-diagnostics',
    ...targets,
  ]);
  const executables = messages
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
    .filter((message) => message.executable)
    .map((message) => [message.target.name, message.executable]);
  const { vicino, bench_native: native } = Object.fromEntries(executables);
  const changed = run('git', ['status', '--porcelain']) !== '';
  const commit = run('git', ['rev-parse', '--short', 'HEAD']).trim() + (changed ? ', changed' : '');
  return { vicino, native, commit };
}

/** Messages of programs that got no memory; a program that the system killed has no message. */
const NO_MEMORY =
  /MemoryError|bad_alloc|memory allocation of|[Cc]annot allocate memory|out of memory/;

/** Error of a worker that ended early. */
export class EndedEarly extends Error {
  constructor(command, { signal, complaints }) {
    super(`${command.join(' ')} ended early${signal ? `, ${signal}` : ''}:\n${complaints}`);
    this.isOutOfMemory = signal === 'SIGKILL' || NO_MEMORY.test(complaints);
  }
}

/** Starts a program that answers each line with a line of JSON; `ready` is the line it begins with. */
export async function startWorker(command, args, environment = {}) {
  const child = spawn(command, args, {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  let complaints = '';
  child.stderr.on('data', (chunk) => {
    complaints = (complaints + chunk).slice(-4000);
  });
  const closed = new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_, signal) => resolve(signal));
  });
  // The missing answer also reports a request that a dead worker cannot read.
  child.stdin.on('error', () => {});
  // The first missing answer reports a worker that cannot start.
  closed.catch(() => {});
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    if (done) {
      const signal = await closed;
      throw new EndedEarly([command, ...args], { signal, complaints });
    }
    return JSON.parse(value);
  };
  const ready = await answer();
  return {
    ready,
    ask(request) {
      child.stdin.write(`${request}\n`);
      return answer();
    },
    async stop() {
      child.stdin.end();
      await closed;
    },
  };
}
