/** Finds the `vicino` program of this machine. */
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

/** A file to start, and arguments that come before those of the program. */
export interface Command {
  file: string;
  before: string[];
  /** Where it comes from: the environment, the package for this machine, or WebAssembly. */
  from: 'VICINO_BINARY' | 'package' | 'wasm';
}

const require = createRequire(import.meta.url);

/** The program that `VICINO_BINARY` names, else that of the package for this machine, else the one in WebAssembly. */
export function command(): Command {
  const named = process.env.VICINO_BINARY;
  if (named) return { file: named, before: [], from: 'VICINO_BINARY' };
  const { platform, arch } = process;
  const name = platform === 'win32' ? 'vicino.exe' : 'vicino';
  try {
    return {
      file: require.resolve(`@vicino/cli-${platform}-${arch}/${name}`),
      before: [],
      from: 'package',
    };
  } catch {
    wasm();
    return {
      file: process.execPath,
      before: [fileURLToPath(new URL('./bin.js', import.meta.url))],
      from: 'wasm',
    };
  }
}

/** The file of the program in WebAssembly. */
export function wasm(): string {
  try {
    return require.resolve('@vicino/cli-wasm/vicino.wasm');
  } catch {
    const { platform, arch } = process;
    throw new Error(
      `neither @vicino/cli-${platform}-${arch} nor @vicino/cli-wasm is installed; install vicino again with its ` +
        'dependencies, or name the program in VICINO_BINARY',
    );
  }
}
