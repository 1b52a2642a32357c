// Puts the documentation beside the shop, as pages: the Markdown of the repository, with the links between its files.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { Marked } from 'marked';
import type { Plugin } from 'vite';

const root = join(import.meta.dirname, '../..');
/** Files beside those of the folder docs/. */
const TOP = ['README.md', 'ARCHITECTURE.md', 'CHANGELOG.md', 'CONTRIBUTING.md', 'SECURITY.md'];

export function documentation(): Plugin {
  return {
    name: 'documentation',
    apply: 'build',
    generateBundle() {
      const template = readFileSync(join(import.meta.dirname, 'documentation.html'), 'utf8');
      const inside = readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
        .map((file) => posix.join('docs', file.replaceAll('\\', '/')))
        .sort();
      const files = [...TOP, ...inside.filter((file) => file.endsWith('.md'))].filter((file) =>
        existsSync(join(root, file)),
      );
      const emit = (file: string, source: string | Uint8Array): void => {
        this.emitFile({ type: 'asset', fileName: posix.join('docs', file), source });
      };
      for (const file of files) emit(addressOf(file), pageOf(file, files, template));
      for (const file of inside.filter((one) => one.endsWith('.png'))) {
        emit(file, readFileSync(join(root, file)));
      }
    },
  };
}

/** Where a file becomes a page, below docs/: the README opens it. */
const addressOf = (file: string): string =>
  file === 'README.md' ? 'index.html' : file.replace(/\.md$/, '.html');

function pageOf(file: string, files: string[], template: string): string {
  const text = readFileSync(join(root, file), 'utf8');
  const taken = new Map<string, number>();
  const marked = new Marked({
    walkTokens(token) {
      if (token.type === 'link') token.href = linkFrom(file, token.href, files);
    },
    renderer: {
      heading({ tokens, depth, text }) {
        const id = slugOf(text, taken);
        return `<h${depth} id="${id}">${this.parser.parseInline(tokens)}</h${depth}>\n`;
      },
      link({ href, tokens }) {
        const inner = this.parser.parseInline(tokens);
        return href === '' ? inner : `<a href="${href}">${inner}</a>`;
      },
      table({ header, rows }) {
        const cells = (row: typeof header, tag: string): string =>
          `<tr>${row.map(({ tokens }) => `<${tag}>${this.parser.parseInline(tokens)}</${tag}>`).join('')}</tr>`;
        const body = rows.map((row) => cells(row, 'td')).join('\n');
        return `<div class="table" tabindex="0"><table><thead>${cells(header, 'th')}</thead><tbody>${body}</tbody></table></div>\n`;
      },
    },
  });
  const title = /^# (.+)$/m.exec(text)?.[1]?.replaceAll('`', '') ?? file;
  const up = posix.relative(dirname(addressOf(file)), '.') || '.';
  return template
    .replaceAll('{title}', () => escaped(title))
    .replaceAll('{up}', up)
    .replace('{content}', () => marked.parse(text, { async: false }));
}

/** Turns a link between files into one between pages; '' where the file is no page. */
function linkFrom(file: string, href: string, files: string[]): string {
  if (/^(https?:|mailto:|#)/.test(href)) return href;
  const [path = '', anchor] = href.split('#');
  const target = posix.join(dirname(file), path);
  if (!files.includes(target)) return '';
  const page = posix.relative(dirname(addressOf(file)), addressOf(target));
  return anchor ? `${page}#${anchor}` : page;
}

/** Names a heading as GitHub does. */
function slugOf(text: string, taken: Map<string, number>): string {
  const slug = text
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replace(/\s/g, '-');
  const times = taken.get(slug) ?? 0;
  taken.set(slug, times + 1);
  return times === 0 ? slug : `${slug}-${times}`;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
