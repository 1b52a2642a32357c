/** Files of a page, for the program in a worker: those that are read stay where they are, outputs are in memory. */
import { FILE_TYPE, FileError, type Files, type OpenFlags, type Stat } from './wasi.js';

/** Reads files in workers, which the types of pages lack. */
declare class FileReaderSync {
  readAsArrayBuffer(blob: Blob): ArrayBuffer;
}

/** Bytes of a file that are fetched at a time. */
const PIECE = 1 << 20;

/** Content of a file: bytes that are read piece by piece, or that are written. */
type Content =
  | { blob: Blob; piece: Uint8Array; from: number }
  | { bytes: Uint8Array; size: number };

interface Node {
  content: Content;
  inode: bigint;
}

export interface Streams {
  /** Takes bytes of standard output (1) or errors (2). */
  write(stream: number, bytes: Uint8Array): void;
  /** A file has its last name, which the program gives it when it is whole. */
  renamed(path: string): void;
}

export class MemoryFiles implements Files {
  readonly #nodes = new Map<string, Node>();
  readonly #open = new Map<number, Node>();
  readonly #reader = new FileReaderSync();
  #inodes = 0n;

  constructor(
    inputs: ReadonlyMap<string, Blob | Uint8Array>,
    private readonly streams: Streams,
  ) {
    for (const [path, data] of inputs) {
      const blob = data instanceof Blob;
      this.#add(
        path,
        blob
          ? { blob: data, piece: new Uint8Array(), from: 0 }
          : { bytes: data, size: data.length },
      );
    }
  }

  /** The bytes of a file; `undefined` if it is not there. */
  bytes(path: string): Uint8Array | undefined {
    const content = this.#nodes.get(path)?.content;
    return content && 'bytes' in content ? content.bytes.subarray(0, content.size) : undefined;
  }

  open(path: string, flags: OpenFlags): number {
    let node = this.#nodes.get(path);
    if (node && flags.exclusive) throw new FileError('EEXIST');
    if (!node) {
      if (this.#isDirectory(path)) throw new FileError('EISDIR');
      if (!flags.create) throw new FileError('ENOENT');
      node = this.#add(path, { bytes: new Uint8Array(), size: 0 });
    }
    if (flags.write && 'blob' in node.content) throw new FileError('EROFS');
    if (flags.truncate) node.content = { bytes: new Uint8Array(), size: 0 };
    let handle = 3;
    while (this.#open.has(handle)) handle++;
    this.#open.set(handle, node);
    return handle;
  }

  close(handle: number): void {
    if (!this.#open.delete(handle)) throw new FileError('EBADF');
  }

  /** Nothing to do: a page has no disk. */
  sync(): void {}

  read(handle: number, into: Uint8Array, at: number | null): number {
    if (handle === 0) return 0;
    const { content } = this.#node(handle);
    const from = at ?? 0;
    if ('bytes' in content) {
      const piece = content.bytes.subarray(from, Math.min(content.size, from + into.length));
      into.set(piece);
      return piece.length;
    }
    if (from >= content.blob.size) return 0;
    if (from < content.from || from >= content.from + content.piece.length) {
      content.piece = new Uint8Array(
        this.#reader.readAsArrayBuffer(content.blob.slice(from, from + PIECE)),
      );
      content.from = from;
    }
    const piece = content.piece.subarray(from - content.from, from - content.from + into.length);
    into.set(piece);
    // One that reaches beyond the piece is read on.
    return piece.length < into.length
      ? piece.length + this.read(handle, into.subarray(piece.length), from + piece.length)
      : piece.length;
  }

  write(handle: number, bytes: Uint8Array, at: number | null): number {
    if (handle < 3) {
      // A copy: the memory of the program is shared.
      this.streams.write(handle, bytes.slice());
      return bytes.length;
    }
    const { content } = this.#node(handle);
    if ('blob' in content) throw new FileError('EBADF');
    const from = at ?? content.size;
    const end = from + bytes.length;
    if (end > content.bytes.length) {
      const larger = new Uint8Array(Math.max(end, 2 * content.bytes.length));
      larger.set(content.bytes.subarray(0, content.size));
      content.bytes = larger;
    }
    content.bytes.set(bytes, from);
    content.size = Math.max(content.size, end);
    return bytes.length;
  }

  statHandle(handle: number): Stat {
    if (handle < 3)
      return { type: FILE_TYPE.unknown, size: 0, device: 0n, inode: BigInt(handle), modified: 0n };
    return statOf(this.#node(handle));
  }

  stat(path: string): Stat {
    const node = this.#nodes.get(path);
    if (node) return statOf(node);
    if (this.#isDirectory(path))
      return { type: FILE_TYPE.directory, size: 0, device: 1n, inode: 0n, modified: 0n };
    throw new FileError('ENOENT');
  }

  list(path: string): { name: string; type: number }[] {
    const folder = path.endsWith('/') ? path : `${path}/`;
    const names = [...this.#nodes.keys()]
      .filter((name) => name.startsWith(folder))
      .map((name) => name.slice(folder.length));
    const folders = new Set(
      names.filter((name) => name.includes('/')).map((name) => name.replace(/\/.*/, '')),
    );
    return [
      ...names
        .filter((name) => !name.includes('/'))
        .map((name) => ({ name, type: FILE_TYPE.file })),
      ...[...folders].map((name) => ({ name, type: FILE_TYPE.directory })),
    ];
  }

  makeDirectory(): void {
    throw new FileError('EROFS');
  }

  remove(path: string): void {
    if (!this.#nodes.delete(path)) throw new FileError('ENOENT');
  }

  rename(from: string, to: string): void {
    const node = this.#nodes.get(from);
    if (!node) throw new FileError('ENOENT');
    this.#nodes.delete(from);
    this.#nodes.set(to, node);
    this.streams.renamed(to);
  }

  link(): void {
    throw new FileError('ENOTSUP');
  }

  readLink(path: string): string {
    this.stat(path);
    throw new FileError('EINVAL');
  }

  isTerminal(): boolean {
    return false;
  }

  #add(path: string, content: Content): Node {
    const node = { content, inode: ++this.#inodes };
    this.#nodes.set(path, node);
    return node;
  }

  #node(handle: number): Node {
    const node = this.#open.get(handle);
    if (!node) throw new FileError('EBADF');
    return node;
  }

  #isDirectory(path: string): boolean {
    return (
      path === '/' ||
      path === '/.' ||
      this.list(path).length > 0 ||
      ['/in', '/out', '/tmp'].includes(path)
    );
  }
}

function statOf({ content, inode }: Node): Stat {
  const size = 'bytes' in content ? content.size : content.blob.size;
  return { type: FILE_TYPE.file, size, device: 1n, inode, modified: 0n };
}
