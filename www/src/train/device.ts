// What this device can do: whether it can train at all, and how large a log fits into the memory that it lends a page.

/** Bytes of memory that training takes for each event, measured on logs of orders, which take most. */
const BYTES_PER_EVENT = 500;
/** Bytes that it takes for anything. */
const BYTES_AT_LEAST = 64e6;
const PAGE_BYTES = 65_536;
/** Most pages of memory to ask for: 4, 2, 1 and half a gibibyte. */
const MOST_PAGES = [1 << 16, 1 << 15, 1 << 14, 1 << 13];
/** Share of the device's memory that a page may take without the device becoming slow. */
const SHARE = 0.5;
/** Bytes of a file to look at for the length of its rows. */
const SAMPLE_BYTES = 1 << 18;
/** Bytes of a row in files whose rows cannot be counted: Parquet, workbooks and compressed text. */
const PACKED_ROW_BYTES = { parquet: 8, workbook: 20, text: 12 };

/** Returns what the browser lacks, in words; `undefined` if training works. */
export function missing(): string | undefined {
  if (typeof WebAssembly !== 'object' || typeof Worker !== 'function')
    return 'This browser has no WebAssembly or no workers, or they are switched off.';
  if (lentBytes() === 0)
    return 'This browser gives a page no memory of the kind that the trainer needs (WebAssembly threads).';
  return undefined;
}

let lent: number | undefined;

/** Bytes of memory that the browser lends a program, at most; 0 if none. */
function lentBytes(): number {
  lent ??= MOST_PAGES.find(canLend) ?? 0;
  return lent * PAGE_BYTES;
}

/** Returns true if a memory may grow to so many pages. Nothing is taken yet. */
function canLend(maximum: number): boolean {
  try {
    return !!new WebAssembly.Memory({ initial: 1, maximum, shared: true });
  } catch {
    return false;
  }
}

/** Bytes of memory that training may take here. */
export function mostBytes(): number {
  const { deviceMemory } = navigator as { deviceMemory?: number };
  const most = deviceMemory === undefined ? Number.POSITIVE_INFINITY : deviceMemory * 2 ** 30;
  return Math.min(lentBytes(), most * SHARE);
}

/** Bytes of memory that training takes for so many events. */
export const bytesFor = (numEvents: number): number => BYTES_AT_LEAST + BYTES_PER_EVENT * numEvents;

/** Returns true if two runs at a time fit, one on each core. */
export const canDoTwo = (numEvents: number): boolean =>
  navigator.hardwareConcurrency > 1 && 2 * bytesFor(numEvents) <= mostBytes();

/** Estimates the number of rows of a file from its first rows, or its size alone. */
export async function estimateRows(file: File): Promise<number> {
  const name = file.name.toLowerCase();
  if (/\.(parquet|pq)$/.test(name)) return file.size / PACKED_ROW_BYTES.parquet;
  if (/\.(xlsx|ods)$/.test(name)) return file.size / PACKED_ROW_BYTES.workbook;
  if (/\.(gz|zst|zip)$/.test(name)) return file.size / PACKED_ROW_BYTES.text;
  const sample = new Uint8Array(await file.slice(0, SAMPLE_BYTES).arrayBuffer());
  const numLines = sample.reduce((sum, byte) => sum + (byte === 10 ? 1 : 0), 0);
  return numLines === 0 ? 1 : (file.size / sample.length) * numLines;
}
