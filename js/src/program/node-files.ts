/** The files of the machine, for the program in Node. */
import * as fs from 'node:fs';
import { isatty } from 'node:tty';
import { FILE_TYPE, FileError, type Files, type OpenFlags, type Stat } from './wasi.js';

const { constants } = fs;
const isWindows = process.platform === 'win32';

/** The machine's name of a path: on Windows `/C:/shop/log.csv` is `C:/shop/log.csv`. */
function hostPath(path: string): string {
  if (!isWindows) return path;
  // A path with a drive was given as it is to a program that takes it for a relative one.
  const drive = path.match(/.*[\\/]([A-Za-z]:(?:[\\/].*)?)$/s);
  return drive?.[1]?.replace(/^([A-Za-z]:)$/, '$1/') ?? path;
}

/** The program's name of a path. */
export function programPath(path: string): string {
  return isWindows ? `/${path.replaceAll('\\', '/')}` : path;
}

function typeOf(entry: fs.Dirent | fs.BigIntStats): number {
  if (entry.isFile()) return FILE_TYPE.file;
  if (entry.isDirectory()) return FILE_TYPE.directory;
  if (entry.isSymbolicLink()) return FILE_TYPE.link;
  return entry.isCharacterDevice() ? FILE_TYPE.device : FILE_TYPE.unknown;
}

function statOf(stats: fs.BigIntStats): Stat {
  const { size, dev, ino, mtimeNs } = stats;
  return {
    type: typeOf(stats),
    size: Number(size),
    device: BigInt.asUintN(64, dev),
    inode: BigInt.asUintN(64, ino),
    modified: BigInt.asUintN(64, mtimeNs),
  };
}

/** Waits a moment for a pipe that another process has set not to block. */
const patience = new Int32Array(new SharedArrayBuffer(4));

function patiently(move: () => number): number {
  for (;;) {
    try {
      return move();
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // What Windows says of a pipe that was closed.
      if (code === 'EOF') return 0;
      if (code !== 'EAGAIN') throw error;
      Atomics.wait(patience, 0, 0, 5);
    }
  }
}

export const nodeFiles: Files = {
  open(path: string, flags: OpenFlags) {
    const mode = flags.write
      ? flags.read
        ? constants.O_RDWR
        : constants.O_WRONLY
      : constants.O_RDONLY;
    const wanted =
      mode |
      (flags.append ? constants.O_APPEND : 0) |
      (flags.create ? constants.O_CREAT : 0) |
      (flags.exclusive ? constants.O_EXCL : 0) |
      (flags.truncate ? constants.O_TRUNC : 0);
    return fs.openSync(hostPath(path), wanted, 0o666);
  },
  close: fs.closeSync,
  read: (handle, into, at) => patiently(() => fs.readSync(handle, into, 0, into.length, at)),
  write: (handle, bytes, at) => patiently(() => fs.writeSync(handle, bytes, 0, bytes.length, at)),
  sync: fs.fsyncSync,
  statHandle: (handle) => statOf(fs.fstatSync(handle, { bigint: true })),
  stat: (path, followsLinks) =>
    statOf((followsLinks ? fs.statSync : fs.lstatSync)(hostPath(path), { bigint: true })),
  list: (path) =>
    fs
      .readdirSync(hostPath(path), { withFileTypes: true })
      .map((entry) => ({ name: entry.name, type: typeOf(entry) })),
  makeDirectory: (path) => fs.mkdirSync(hostPath(path)),
  remove(path) {
    const host = hostPath(path);
    // As POSIX does, which Node leaves to the machine.
    if (fs.lstatSync(host).isDirectory()) throw new FileError('EISDIR');
    fs.unlinkSync(host);
  },
  rename: (from, to) => fs.renameSync(hostPath(from), hostPath(to)),
  link: (from, to) => fs.linkSync(hostPath(from), hostPath(to)),
  readLink: (path) => fs.readlinkSync(hostPath(path)),
  isTerminal: isatty,
};
