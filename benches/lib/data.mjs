// The logs that are trained from: a real one if it is there, and always one of our own making.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { run, say, scratch } from './processes.mjs';

/**
 * The data sets of a run, as Parquet files with the columns session_id and item_id; the first one also as CSV,
 * unless only training is measured.
 *
 * `csv` is for reading the end of the log in JavaScript.
 */
export function prepareData({ part, sizes, seed }, { native }, notes) {
  const sets = [];
  const folder = process.env.VICINO_BENCH_DATA;
  const diginetica = `${folder}/diginetica/train.csv.gz`;
  if (!folder) {
    notes.push('Without Diginetica: VICINO_BENCH_DATA is not set.');
  } else if (!existsSync(diginetica)) {
    notes.push(
      'Without Diginetica: the folder in VICINO_BENCH_DATA has no diginetica/train.csv.gz.',
    );
  } else {
    const csv = `${scratch}/diginetica.csv`;
    const path = `${scratch}/diginetica.parquet`;
    writeFileSync(csv, gunzipSync(readFileSync(diginetica)));
    run(native, ['convert', csv, path]);
    sets.push({
      name: 'diginetica',
      title: 'Diginetica',
      path,
      csv,
      events: countLines(csv) - 1,
      note: 'clicks of a real shop (CIKM Cup 2016)',
    });
  }
  for (const note of notes) say(note);

  for (const events of sizes) {
    say(`generating ${events} events, seed ${seed}`);
    const name = `generated-${events}`;
    const path = `${scratch}/${name}.parquet`;
    run(native, ['generate', String(events), String(seed), path]);
    const set = {
      name,
      title: `Generated, ${shortNumber(events)}`,
      path,
      events,
      note: `seed ${seed}: Zipf popularity, latent categories; made for its size, says nothing about quality`,
    };
    if (sets.length === 0 && part !== 'training') {
      set.csv = `${scratch}/${name}.csv`;
      run(native, ['generate', String(events), String(seed), set.csv]);
    }
    sets.push(set);
  }
  return sets;
}

function shortNumber(number) {
  if (number >= 1e6) return `${number / 1e6} M`;
  return number >= 1e3 ? `${number / 1e3} k` : String(number);
}

function countLines(path) {
  const bytes = readFileSync(path);
  let lines = 0;
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) lines++;
  return lines;
}

/** `count` histories of `length` clicks each, newest first: the end of the log cut into runs. */
export function histories(path, length, count) {
  const [header, ...rows] = readFileSync(path, 'utf8').trimEnd().split('\n');
  const column = header.split(',').indexOf('item_id');
  const items = rows.slice(-length * count).map((row) => row.split(',')[column]);
  const all = [];
  for (let at = 0; at + length <= items.length; at += length) {
    all.push(items.slice(at, at + length).reverse());
  }
  return all;
}
