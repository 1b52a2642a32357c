// Installs the peers of training into a Python environment in the cache, once.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { cache, root, run, say } from './processes.mjs';

const script = `${root}/benches/peers/peers.py`;
const requirements = `${root}/benches/peers/requirements.txt`;

/**
 * Installs the peers, unless only those that are there are wanted; returns the command that runs them and versions, or
 * `undefined` and a note why.
 */
export function preparePeers(notes, { installs = true } = {}) {
  const folder = `${cache}/bench-venv`;
  const python = `${folder}/bin/python`;
  const stamp = `${folder}/installed.txt`;
  try {
    const wanted = readFileSync(requirements, 'utf8');
    if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== wanted) {
      if (!installs) throw new Error('Only those are wanted that are installed.');
      say(`installing the peers into ${folder}, once`);
      run('python3', ['-m', 'venv', '--clear', folder]);
      run(python, ['-m', 'pip', 'install', '--quiet', '--requirement', requirements]);
      writeFileSync(stamp, wanted);
    }
    const versions = JSON.parse(run(python, ['-W', 'ignore', script, 'versions']));
    return { command: [python, '-W', 'ignore', script], versions };
  } catch (error) {
    notes.push(
      'Without implicit and rusket: they could not be installed, which takes Python 3.10 or newer with venv and pip ' +
        '(on Debian: apt-get install python3-venv) and a package index.',
    );
    say(`${notes.at(-1)} ${error.message}`);
    return undefined;
  }
}
