// Logs of events for the page that reads them: as CSV, JSON lines and Parquet, made up by a seeded generator.
import { Buffer } from 'node:buffer';
import { random } from './fixture.mjs';

const START_MS = Date.UTC(2026, 0, 1);

/** Events of sessions of one to eight, most of few products; so many rows, the same ones every time. */
export function* events(numRows, seed = 1) {
  const next = random(seed);
  let session = 0;
  let left = 0;
  let shopper = 0;
  let ms = START_MS;
  for (let row = 0; row < numRows; row++) {
    if (left === 0) {
      session += 1;
      left = 1 + Math.floor(next() ** 2 * 8);
      shopper = Math.floor(next() ** 2 * 40_000);
    }
    left -= 1;
    ms += Math.floor(next() * 9000);
    const kind = next();
    yield {
      session_id: `s${session}`,
      user_id: `u${shopper}`,
      item_id: `p${Math.floor(next() ** 3 * 20_000)}`,
      event_type: kind < 0.85 ? 'view' : kind < 0.95 ? 'add_to_cart' : 'purchase',
      timestamp: ms,
      price: Number((1 + next() * 90).toFixed(2)),
    };
  }
}

/** A file as the browser's chooser takes it. */
export const file = (name, content) => ({ name, mimeType: '', buffer: Buffer.from(content) });

/** A small log. */
export const small = () => file('small.csv', [...csv(events(3000))].join(''));

/** As CSV, in pieces. */
export function* csv(rows) {
  let piece = '';
  let isFirst = true;
  for (const row of rows) {
    if (isFirst) piece = `${Object.keys(row).join(',')}\n`;
    isFirst = false;
    const line = Object.values({ ...row, timestamp: new Date(row.timestamp).toISOString() });
    piece += `${line.join(',')}\n`;
    if (piece.length > 1 << 20) {
      yield piece;
      piece = '';
    }
  }
  yield piece;
}

export const json = (rows) => [...rows].map((row) => `${JSON.stringify(row)}\n`).join('');

/** As Parquet: one row group, a plain page for each column, numbers of ms as INT64, all else as text. */
export function parquet(rows) {
  const list = [...rows];
  const pieces = [Buffer.from('PAR1')];
  let offset = 4;
  const chunks = Object.keys(list[0]).map((name) => {
    const isTime = name === 'timestamp';
    const body = Buffer.concat(list.map((row) => (isTime ? int64(row[name]) : text(row[name]))));
    const header = struct({
      1: i32(0),
      2: i32(body.length),
      3: i32(body.length),
      5: nested({ 1: i32(list.length), 2: i32(0), 3: i32(3), 4: i32(3) }),
    });
    const bytes = header.length + body.length;
    pieces.push(header, body);
    const start = offset;
    offset += bytes;
    return { name, type: isTime ? 2 : 6, start, bytes };
  });
  const schema = [
    struct({ 4: binary('schema'), 5: i32(chunks.length) }),
    ...chunks.map(({ name, type }) => struct({ 1: i32(type), 3: i32(0), 4: binary(name) })),
  ];
  const columns = chunks.map(({ name, type, start, bytes }) =>
    struct({
      2: i64(start),
      3: nested({
        1: i32(type),
        2: listOf(5, [varint(zigzag(0)), varint(zigzag(3))]),
        3: listOf(8, [blob(name)]),
        4: i32(0),
        5: i64(list.length),
        6: i64(bytes),
        7: i64(bytes),
        9: i64(start),
      }),
    }),
  );
  const group = struct({ 1: listOf(12, columns), 2: i64(offset - 4), 3: i64(list.length) });
  const footer = struct({
    1: i32(1),
    2: listOf(12, schema),
    3: i64(list.length),
    4: listOf(12, [group]),
  });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([...pieces, footer, length, Buffer.from('PAR1')]);
}

function int64(value) {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(value));
  return bytes;
}

function text(value) {
  const bytes = Buffer.from(String(value));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(bytes.length);
  return Buffer.concat([length, bytes]);
}

// Thrift's compact protocol, as far as the footer of Parquet needs it: a value is its type and its bytes.
const zigzag = (value) => (value >= 0 ? value * 2 : -value * 2 - 1);
function varint(value) {
  const bytes = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    if (left < 128) return Buffer.from([...bytes, left]);
    bytes.push((left % 128) | 128);
  }
}
const blob = (value) => Buffer.concat([varint(Buffer.byteLength(value)), Buffer.from(value)]);
const i32 = (value) => ({ type: 5, bytes: varint(zigzag(value)) });
const i64 = (value) => ({ type: 6, bytes: varint(zigzag(value)) });
const binary = (value) => ({ type: 8, bytes: blob(value) });
const nested = (fields) => ({ type: 12, bytes: struct(fields) });
const listOf = (type, values) => ({
  type: 9,
  bytes: Buffer.concat([Buffer.from([(values.length << 4) | type]), ...values]),
});
function struct(fields) {
  let last = 0;
  const parts = Object.entries(fields).flatMap(([id, { type, bytes }]) => {
    const head = Buffer.from([((Number(id) - last) << 4) | type]);
    last = Number(id);
    return [head, bytes];
  });
  return Buffer.concat([...parts, Buffer.from([0])]);
}
