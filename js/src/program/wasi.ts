/**
 * The system calls of WASI preview 1 that the `vicino` program makes, over any {@link Files}.
 *
 * Numbers and layouts: https://github.com/WebAssembly/WASI/blob/main/legacy/preview1/docs.md
 */

/** Kinds of files, by their numbers in WASI. */
export const FILE_TYPE = { unknown: 0, device: 2, directory: 3, file: 4, link: 7 } as const;

/** Facts about a file. */
export interface Stat {
  type: number;
  size: number;
  /** Device and number, equal for two names of one file alone. */
  device: bigint;
  inode: bigint;
  /** Time of the last change, in nanoseconds since 1970. */
  modified: bigint;
}

/** Ways of opening a file. */
export interface OpenFlags {
  read: boolean;
  write: boolean;
  append: boolean;
  create: boolean;
  /** Fails if the file is there. */
  exclusive: boolean;
  truncate: boolean;
}

/**
 * A file system that the program sees. Paths are absolute and begin with `/`.
 *
 * @throws Every call throws a {@link FileError}, or Node's error with a `code`.
 */
export interface Files {
  /** Returns a handle from 0, which all threads share. */
  open(path: string, flags: OpenFlags): number;
  close(handle: number): void;
  /** Reads at a place, or where a stream stands; 0 bytes at the end. */
  read(handle: number, into: Uint8Array, at: number | null): number;
  write(handle: number, bytes: Uint8Array, at: number | null): number;
  /** Waits until what was written is on the disk. */
  sync(handle: number): void;
  statHandle(handle: number): Stat;
  stat(path: string, followsLinks: boolean): Stat;
  list(path: string): { name: string; type: number }[];
  makeDirectory(path: string): void;
  remove(path: string): void;
  rename(from: string, to: string): void;
  link(from: string, to: string): void;
  readLink(path: string): string;
  /** Standard input, output and errors are handles 0, 1 and 2; true if one is a terminal. */
  isTerminal(handle: number): boolean;
}

/** A failure of a file system, by its name in POSIX. */
export class FileError extends Error {
  constructor(readonly code: string) {
    super(code);
  }
}

/** The program has ended. */
export class Exit extends Error {
  constructor(readonly status: number) {
    super(`exit status ${status}`);
  }
}

/** State that the threads of one program share. */
export interface Shared {
  memory: WebAssembly.Memory;
  /** By handle: where the next byte is read or written; -1 for streams and files that are appended to. */
  positions: BigInt64Array;
}

/** Arguments, environment and files of one run of the program. */
export interface Run extends Shared {
  args: string[];
  env: Record<string, string>;
  files: Files;
}

const ERRNO: Record<string, number> = {
  ...{
    EACCES: 2,
    EAGAIN: 6,
    EBADF: 8,
    EBUSY: 10,
    EEXIST: 20,
    EFBIG: 22,
    EINVAL: 28,
    EIO: 29,
    EISDIR: 31,
  },
  ...{
    ELOOP: 32,
    EMFILE: 33,
    ENAMETOOLONG: 37,
    ENFILE: 41,
    ENOENT: 44,
    ENOMEM: 48,
    ENOSPC: 51,
    ENOSYS: 52,
  },
  ...{
    ENOTDIR: 54,
    ENOTEMPTY: 55,
    ENOTSUP: 58,
    EPERM: 63,
    EPIPE: 64,
    EROFS: 69,
    ESPIPE: 70,
    ETXTBSY: 74,
    EXDEV: 75,
  },
};

/** The directory that every path begins at. */
const ROOT = 3;
/** Descriptors of files are their handles and this; those of directories begin at the other. */
const FIRST_FILE = 4;
const FIRST_DIRECTORY = 1 << 24;
/** Handles that positions are kept of. */
export const MAX_HANDLES = 1 << 16;

const RIGHTS = {
  all: (1n << 30n) - 1n,
  seek: 1n << 2n,
  tell: 1n << 5n,
  read: 1n << 1n,
  write: 1n << 6n,
};
const DIRECTORY_RIGHTS = RIGHTS.all & ~RIGHTS.seek & ~RIGHTS.tell;

/** Encodes text; not with one encoder for all, since some environments of tests lack the class. */
const encode = (text: string) => new TextEncoder().encode(text);

/** The imports of an instance of the program in one thread. */
export function systemCalls(run: Run): Record<string, (...values: never[]) => number> {
  const { memory, positions, files } = run;
  const args = run.args.map((arg) => encode(`${arg}\0`));
  const env = Object.entries(run.env).map(([name, value]) => encode(`${name}=${value}\0`));
  const directories = new Map<number, string>([[ROOT, '/']]);
  const listings = new Map<number, { name: Uint8Array; type: number }[]>();
  let view = new DataView(memory.buffer);

  /** The memory as it is now: it grows, and a shared one stays where it is. */
  const data = () => {
    if (view.buffer !== memory.buffer || view.byteLength !== memory.buffer.byteLength)
      view = new DataView(memory.buffer);
    return view;
  };
  const decoder = new TextDecoder();
  const bytes = (at: number, length: number) =>
    new Uint8Array(memory.buffer, at >>> 0, length >>> 0);
  // A copy: shared memory is decoded by no browser.
  const text = (at: number, length: number) => decoder.decode(bytes(at, length).slice());
  const path = (directory: number, at: number, length: number) => {
    const base = directories.get(directory);
    if (base === undefined) throw new FileError(isOpen(directory) ? 'ENOTDIR' : 'EBADF');
    const name = text(at, length);
    return name.startsWith('/') ? name : `${base.replace(/\/$/, '')}/${name}`;
  };
  const isOpen = (descriptor: number) => descriptor >= 0 && descriptor < FIRST_DIRECTORY;
  const handle = (descriptor: number) => {
    if (directories.has(descriptor)) throw new FileError('EISDIR');
    if (!isOpen(descriptor)) throw new FileError('EBADF');
    return descriptor < ROOT ? descriptor : descriptor - FIRST_FILE;
  };
  const positionOf = (of: number) => positions[of] ?? -1n;
  /** Moves bytes between a file and the pieces of memory that a list names, until one is not filled. */
  const transfer = (
    descriptor: number,
    list: number,
    count: number,
    done: number,
    move: (handle: number, piece: Uint8Array, at: number | null) => number,
  ) => {
    const of = handle(descriptor);
    let total = 0;
    for (let piece = 0; piece < count; piece++) {
      const length = data().getUint32(list + 8 * piece + 4, true);
      if (length === 0) continue;
      const position = positionOf(of);
      const at = position < 0n ? null : Number(position);
      const moved = move(of, bytes(data().getUint32(list + 8 * piece, true), length), at);
      if (at !== null) positions[of] = BigInt(at + moved);
      total += moved;
      if (moved < length) break;
    }
    data().setUint32(done, total, true);
  };
  const writeStat = (to: number, stat: Stat) => {
    const view = data();
    view.setBigUint64(to, stat.device, true);
    view.setBigUint64(to + 8, stat.inode, true);
    view.setBigUint64(to + 16, BigInt(stat.type), true);
    view.setBigUint64(to + 24, 1n, true);
    view.setBigUint64(to + 32, BigInt(stat.size), true);
    for (const time of [40, 48, 56]) view.setBigUint64(to + time, stat.modified, true);
  };
  const sizes = (texts: Uint8Array[], count: number, size: number) => {
    data().setUint32(count, texts.length, true);
    data().setUint32(
      size,
      texts.reduce((sum, text) => sum + text.length, 0),
      true,
    );
  };
  const copy = (texts: Uint8Array[], places: number, to: number) => {
    for (const text of texts) {
      data().setUint32(places, to, true);
      bytes(to, text.length).set(text);
      places += 4;
      to += text.length;
    }
  };

  const calls = {
    args_sizes_get: (count: number, size: number) => sizes(args, count, size),
    args_get: (places: number, to: number) => copy(args, places, to),
    environ_sizes_get: (count: number, size: number) => sizes(env, count, size),
    environ_get: (places: number, to: number) => copy(env, places, to),
    clock_time_get: (clock: number, _precision: bigint, to: number) => {
      const milliseconds = clock === 0 ? Date.now() : performance.timeOrigin + performance.now();
      data().setBigUint64(to, BigInt(Math.round(milliseconds * 1e6)), true);
    },
    random_get: (to: number, length: number) => {
      for (let at = 0; at < length; at += 1 << 16) {
        const piece = crypto.getRandomValues(new Uint8Array(Math.min(length - at, 1 << 16)));
        bytes(to + at, piece.length).set(piece);
      }
    },
    sched_yield: () => {},
    proc_exit: (status: number) => {
      throw new Exit(status);
    },
    fd_prestat_get: (descriptor: number, to: number) => {
      if (descriptor !== ROOT) throw new FileError('EBADF');
      data().setUint32(to, 0, true);
      data().setUint32(to + 4, 1, true);
    },
    fd_prestat_dir_name: (descriptor: number, to: number) => {
      if (descriptor !== ROOT) throw new FileError('EBADF');
      bytes(to, 1).set([0x2f]);
    },
    fd_fdstat_get: (descriptor: number, to: number) => {
      const isDirectory = directories.has(descriptor);
      let type: number = FILE_TYPE.directory;
      let rights = DIRECTORY_RIGHTS;
      if (!isDirectory) {
        const of = handle(descriptor);
        const isTerminal = descriptor < ROOT && files.isTerminal(of);
        type = isTerminal ? FILE_TYPE.device : files.statHandle(of).type;
        // What cannot be sought is a terminal, where it is a device.
        rights = isTerminal ? RIGHTS.read | RIGHTS.write : RIGHTS.all;
      }
      data().setUint8(to, type);
      data().setUint16(to + 2, 0, true);
      data().setBigUint64(to + 8, rights, true);
      data().setBigUint64(to + 16, RIGHTS.all, true);
    },
    fd_fdstat_set_flags: () => {},
    fd_filestat_get: (descriptor: number, to: number) => {
      const directory = directories.get(descriptor);
      writeStat(
        to,
        directory === undefined
          ? files.statHandle(handle(descriptor))
          : files.stat(directory, true),
      );
    },
    fd_close: (descriptor: number) => {
      if (directories.delete(descriptor)) listings.delete(descriptor);
      else files.close(handle(descriptor));
    },
    fd_read: (descriptor: number, list: number, count: number, done: number) =>
      transfer(descriptor, list, count, done, files.read.bind(files)),
    fd_write: (descriptor: number, list: number, count: number, done: number) =>
      transfer(descriptor, list, count, done, files.write.bind(files)),
    fd_sync: (descriptor: number) => files.sync(handle(descriptor)),
    fd_seek: (descriptor: number, offset: bigint, from: number, to: number) => {
      const of = handle(descriptor);
      const position = positionOf(of);
      if (position < 0n) throw new FileError('ESPIPE');
      const base = from === 0 ? 0n : from === 1 ? position : BigInt(files.statHandle(of).size);
      if (base + offset < 0n) throw new FileError('EINVAL');
      positions[of] = base + offset;
      data().setBigUint64(to, base + offset, true);
    },
    fd_readdir: (descriptor: number, to: number, length: number, cookie: bigint, done: number) => {
      const directory = directories.get(descriptor);
      if (directory === undefined) throw new FileError('ENOTDIR');
      const listed =
        (cookie > 0n && listings.get(descriptor)) ||
        files.list(directory).map(({ name, type }) => ({ name: encode(name), type }));
      listings.set(descriptor, listed);
      let used = 0;
      for (const [at, { name, type }] of listed.entries()) {
        if (at < Number(cookie) || used >= length) continue;
        const entry = new Uint8Array(24 + name.length);
        const head = new DataView(entry.buffer);
        head.setBigUint64(0, BigInt(at + 1), true);
        head.setUint32(16, name.length, true);
        head.setUint8(20, type);
        entry.set(name, 24);
        // One that is cut off is asked for again.
        const piece = entry.subarray(0, length - used);
        bytes(to + used, piece.length).set(piece);
        used += piece.length;
      }
      data().setUint32(done, used, true);
    },
    path_open: (
      directory: number,
      _lookup: number,
      name: number,
      nameLength: number,
      open: number,
      rights: bigint,
      _inheriting: bigint,
      flags: number,
      to: number,
    ) => {
      const place = path(directory, name, nameLength);
      if (open & 2) {
        if (files.stat(place, true).type !== FILE_TYPE.directory) throw new FileError('ENOTDIR');
        let descriptor = FIRST_DIRECTORY;
        while (directories.has(descriptor)) descriptor++;
        directories.set(descriptor, place);
        data().setUint32(to, descriptor, true);
        return;
      }
      const append = (flags & 1) !== 0;
      const of = files.open(place, {
        read: (rights & RIGHTS.read) !== 0n,
        write: (rights & RIGHTS.write) !== 0n,
        append,
        create: (open & 1) !== 0,
        exclusive: (open & 4) !== 0,
        truncate: (open & 8) !== 0,
      });
      if (of >= MAX_HANDLES) {
        files.close(of);
        throw new FileError('EMFILE');
      }
      positions[of] = !append && files.statHandle(of).type === FILE_TYPE.file ? 0n : -1n;
      data().setUint32(to, of + FIRST_FILE, true);
    },
    path_filestat_get: (
      directory: number,
      lookup: number,
      name: number,
      length: number,
      to: number,
    ) => writeStat(to, files.stat(path(directory, name, length), (lookup & 1) !== 0)),
    path_create_directory: (directory: number, name: number, length: number) =>
      files.makeDirectory(path(directory, name, length)),
    path_unlink_file: (directory: number, name: number, length: number) =>
      files.remove(path(directory, name, length)),
    path_rename: (
      directory: number,
      name: number,
      length: number,
      into: number,
      other: number,
      otherLength: number,
    ) => files.rename(path(directory, name, length), path(into, other, otherLength)),
    path_link: (
      directory: number,
      _lookup: number,
      name: number,
      length: number,
      into: number,
      other: number,
      otherLength: number,
    ) => files.link(path(directory, name, length), path(into, other, otherLength)),
    path_readlink: (
      directory: number,
      name: number,
      length: number,
      to: number,
      size: number,
      done: number,
    ) => {
      const target = encode(files.readLink(path(directory, name, length))).subarray(0, size);
      bytes(to, target.length).set(target);
      data().setUint32(done, target.length, true);
    },
  };
  return Object.fromEntries(
    Object.entries(calls).map(([name, call]) => [name, checked(call as never)]),
  );
}

/** A call that returns the number of the error that it throws, and 0 without one. */
function checked(call: (...values: never[]) => void): (...values: never[]) => number {
  return (...values) => {
    try {
      call(...values);
      return 0;
    } catch (error) {
      const errno = ERRNO[(error as { code?: string }).code ?? ''];
      if (errno === undefined) throw error;
      return errno;
    }
  };
}
