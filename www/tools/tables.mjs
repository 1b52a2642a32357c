// Reads some columns of a Parquet or CSV file, one array a column.
// Knows nothing of shops.
import { readFile } from 'node:fs/promises';

/**
 * @param {string} path a `.parquet` or `.csv` file
 * @param {string[]} names columns to read
 * @returns {Promise<Record<string, unknown[]>>} null where the file has no value
 */
export async function readColumns(path, names) {
  const columns = path.endsWith('.parquet')
    ? await fromParquet(path, names)
    : await fromCsv(path, names);
  const missing = names.filter((name) => columns[name] === undefined);
  if (missing.length > 0) throw new Error(`${path}: no column ${missing.join(', ')}`);
  return columns;
}

/** @param {string} path @param {string[]} names */
async function fromParquet(path, names) {
  const { asyncBufferFromFile, parquetMetadataAsync, parquetRead } = await import('hyparquet');
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const rows = Number(metadata.num_rows);
  const columns = Object.fromEntries(names.map((name) => [name, new Array(rows).fill(null)]));
  await parquetRead({
    file,
    metadata,
    columns: names,
    onChunk({ columnName, columnData, rowStart }) {
      const column = columns[columnName];
      for (let i = 0; i < columnData.length; i++) column[rowStart + i] = columnData[i] ?? null;
    },
  });
  return columns;
}

/** @param {string} path @param {string[]} names */
async function fromCsv(path, names) {
  const text = (await readFile(path, 'utf8')).replace(/^\uFEFF/, '');
  const [header = [], ...rows] = parseCsv(text);
  const columns = /** @type {Record<string, unknown[]>} */ ({});
  for (const name of names) {
    const at = header.indexOf(name);
    if (at >= 0)
      columns[name] = rows.map((row) => (row[at] === undefined || row[at] === '' ? null : row[at]));
  }
  return columns;
}

/** RFC 4180 rows; empty lines are skipped. @param {string} text */
function parseCsv(text) {
  /** @type {string[][]} */
  const rows = [];
  /** @type {string[]} */
  let row = [];
  for (const [, quoted, plain = '', end] of text.matchAll(
    /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g,
  )) {
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ',') continue;
    if (row.length > 1 || row[0] !== '') rows.push(row);
    row = [];
  }
  return rows;
}
