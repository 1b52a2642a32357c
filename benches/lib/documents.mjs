// Parts of documents that benches write.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { root, say } from './processes.mjs';

const WIDTH = 120;

/** Wraps a line of prose; a list item keeps its indentation. */
function wrap(line) {
  if (line.length <= WIDTH || line.startsWith('|')) return line;
  const indent = line.startsWith('- ') ? '  ' : '';
  const lines = [];
  let rest = line;
  while (rest.length > WIDTH) {
    const end = rest.lastIndexOf(' ', WIDTH);
    if (end <= indent.length) break;
    lines.push(rest.slice(0, end));
    rest = indent + rest.slice(end + 1);
  }
  return [...lines, rest].join('\n');
}

/** Writes Markdown between two marks of a document, which is named from the root of the project. */
export function writeBetween(name, [begin, end], markdown) {
  const path = `${root}/${name}`;
  const document = existsSync(path) ? readFileSync(path, 'utf8') : '';
  const from = document.indexOf(begin);
  const to = document.indexOf(end, from);
  if (from === -1 || to === -1) {
    say(`${path} has no marks for the table (${begin} and ${end})`);
    return;
  }
  const text = markdown.split('\n').map(wrap).join('\n');
  writeFileSync(
    path,
    `${document.slice(0, from + begin.length)}\n\n${text}\n${document.slice(to)}`,
  );
  say(`wrote the table into ${path}`);
}
