#!/usr/bin/env node
// Fails if the first sentence of a doc comment begins with What, Whether, Which, How or That: it is to be a noun phrase
// (types, fields, constants) or a verb in the third person (functions). Also fails for comments, and for prose in
// Markdown of more than one sentence a line, that are wider than 120 columns.
//
//   scripts/doc-comments.mjs            checks TypeScript, JavaScript, Markdown and the Rust of src
//   scripts/doc-comments.mjs FOLDER...  checks these Rust folders, too
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { root } from './lib.mjs';

/** Folders of Rust whose comments are checked. */
const RUST = ['src', ...process.argv.slice(2)];

const WIDTH = 120;
const FORBIDDEN = /^(what|whether|which|how|that)\b/i;
const SCRIPT = /\.(ts|tsx|js|jsx|mjs)$/;

/** Finds the first line of each doc comment of a script, with its line number from 1. */
function* scriptComments(lines) {
  for (const [at, line] of lines.entries()) {
    const text = /^\s*\/\*\* ?(.*)$/.exec(line)?.[1];
    if (text === undefined) continue;
    if (text) yield [at + 1, text];
    else yield [at + 2, (lines[at + 1] ?? '').replace(/^\s*\* ?/, '')];
  }
}

/** Finds the first line of each doc comment of a Rust file, with its line number from 1. */
function* rustComments(lines) {
  const comment = /^\s*\/\/[/!] ?(?!\/)(.*)$/;
  for (const [at, line] of lines.entries()) {
    const text = comment.exec(line)?.[1];
    if (text !== undefined && !comment.test(lines[at - 1] ?? '')) yield [at + 1, text];
  }
}

/** Finds the lines that are too wide, with their numbers from 1: comments, and prose in Markdown. */
function* wideLines(lines, isMarkdown) {
  let isCode = false;
  for (const [at, line] of lines.entries()) {
    if (isMarkdown && /^\s*(```|~~~)/.test(line)) isCode = !isCode;
    if (line.length <= WIDTH) continue;
    const isProse = isMarkdown
      ? !isCode && !/^(\||<| {4})/.test(line) && /[.!?:;] /.test(line)
      : /^\s*(\/\/|\*|#) /.test(line) && !/^\s*\S+ \|/.test(line);
    if (isProse && !/^\S*\S{100}/.test(line.trim())) yield [at + 1, line];
  }
}

const files = execFileSync('git', ['-C', root, 'ls-files'], { encoding: 'utf8' }).split('\n');
let count = 0;
let wide = 0;
for (const file of files) {
  const isRust = file.endsWith('.rs') && RUST.some((folder) => file.startsWith(`${folder}/`));
  const isMarkdown = file.endsWith('.md');
  if (!(isRust || isMarkdown || SCRIPT.test(file)) || !existsSync(`${root}/${file}`)) continue;
  const lines = readFileSync(`${root}/${file}`, 'utf8').split('\n');
  for (const [line, text] of wideLines(lines, isMarkdown)) {
    console.error(`${file}:${line}: ${text.length} columns: ${text.trim().slice(0, 60)}...`);
    wide++;
  }
  if (isMarkdown) continue;
  for (const [line, text] of isRust ? rustComments(lines) : scriptComments(lines)) {
    if (!FORBIDDEN.test(text)) continue;
    console.error(`${file}:${line}: ${text}`);
    count++;
  }
}
if (count > 0) {
  console.error(`${count} doc comments begin with What, Whether, Which, How or That`);
}
if (wide > 0) console.error(`${wide} lines of prose are wider than ${WIDTH} columns`);
if (count > 0 || wide > 0) process.exit(1);
