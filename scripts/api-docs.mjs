// Makes the API reference of the package's types; scripts/api-docs writes it.
import { readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { SyntaxKind } from 'typescript/unstable/ast';
import { API, SymbolFlags } from 'typescript/unstable/sync';
import { GROUPS, INTRODUCTION, NOTES } from './api-notes.mjs';

/** Reads the entries of js/package.json: the name to import, and the file of its types if it has one. */
export function entries(root) {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'js/package.json'), 'utf8'));
  return Object.entries(exports).map(([path, target]) => ({
    name: path === '.' ? name : `${name}/${path.slice(2)}`,
    file: typeof target === 'string' ? target : undefined,
    types: typeof target === 'string' ? undefined : join(root, 'js', target.types),
  }));
}

/** The whole reference, as Markdown. */
export function reference(root, project) {
  const api = new API({ cwd: root });
  try {
    const [opened] = api.updateSnapshot({ openProjects: [project] }).getProjects();
    const found = entries(root).map((entry) => ({ ...entry, ...read(opened, entry) }));
    const used = new Set();
    const text = new Writer(root, found, used).text();
    const unused = Object.keys(NOTES).filter((name) => !used.has(name));
    if (unused.length > 0) throw new Error(`api-notes.mjs: nothing is called ${unused.join(', ')}`);
    return text;
  } finally {
    api.close();
  }
}

/** Reads the exports of an entry: the declarations of each name, and its documentation. */
function read({ program, checker }, { types }) {
  if (!types) return { exported: [], about: '' };
  const file = program.getSourceFile(types);
  if (!file) throw new Error(`${types} is not there; build the package`);
  const about = /^\/\*\*([\s\S]*?)@packageDocumentation/.exec(file.text)?.[1] ?? '';
  const exported = checker.getExportsOfModule(checker.getSymbolAtLocation(file)).map((symbol) => {
    const real = symbol.flags & SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
    const nodes = real.declarations.map((handle) => handle.resolve());
    return { name: symbol.name, nodes, doc: docOf(nodes[0]) };
  });
  return { exported, about: clean(about) };
}

/** The text of a doc comment, its paragraphs kept, lines joined. */
function clean(comment) {
  return comment
    .split('\n')
    .map((line) => line.replace(/^\s*\* ?/, '').trimEnd())
    .join('\n')
    .trim()
    .replace(/([^\n])\n(?=[^\n\-*|])/g, '$1 ');
}

/** Returns the text of the comment before a node. */
function docOf(node) {
  // Variables have theirs before the statement.
  const before = node.kind === SyntaxKind.VariableDeclaration ? node.parent.parent : node;
  const text = before.getFullText().slice(0, before.getStart() - before.getFullStart());
  const comments = [...text.matchAll(/\/\*\*([\s\S]*?)\*\//g)];
  return clean(comments.at(-1)?.[1] ?? '');
}

/** Source without comments, on one line. */
const code = (node) =>
  node
    .getText()
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .replace(/= \| /, '= ')
    .replace(/^\| /, '')
    .trim();

const modifiers = (node) => (node.modifiers ?? []).map((modifier) => modifier.getText());
const isHidden = (node) =>
  !node.name ||
  node.name.getText().startsWith('#') ||
  node.kind === SyntaxKind.Constructor ||
  modifiers(node).includes('private') ||
  // What the browser calls on a custom element.
  /^(observedAttributes|\w+Callback)$/.test(node.name.getText());
const isMethod = ({ kind }) =>
  kind === SyntaxKind.MethodDeclaration || kind === SyntaxKind.MethodSignature;
const slug = (heading) =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}_ -]/gu, '')
    .replace(/ /g, '-');
const cell = (text) => text.replace(/\|/g, '\\|').replace(/\n+/g, ' ');
/** A piece of code in a table or a line. */
const inline = (text) => `\`${text}\``;

/** Breaks lines of prose at 120 columns; tables, headings, lists and code stay as they are. */
function wrap(text) {
  let isCode = false;
  const lines = text.split('\n').map((line) => {
    if (line.startsWith('```')) isCode = !isCode;
    if (isCode || line.length <= 120 || /^[|#`-]/.test(line)) return line;
    const wrapped = [''];
    for (const word of line.split(' ')) {
      const last = wrapped.at(-1);
      if (last && last.length + 1 + word.length > 120) wrapped.push(word);
      else wrapped[wrapped.length - 1] = last ? `${last} ${word}` : word;
    }
    return wrapped.join('\n');
  });
  return lines.join('\n');
}

class Writer {
  #root;
  #entries;
  #used;
  #lines = [];
  /** The anchor of each thing that is described, by file and name. */
  #anchors = new Map();
  #slugs = new Map();

  constructor(root, found, used) {
    this.#root = root;
    this.#entries = found;
    this.#used = used;
  }

  text() {
    // Twice: the first time finds the anchors.
    for (let pass = 0; pass < 2; pass++) {
      this.#lines = [];
      this.#slugs = new Map();
      this.#all();
    }
    return `${wrap(this.#lines.join('\n'))
      .replace(/\n{3,}/g, '\n\n')
      .trimEnd()}\n`;
  }

  #say(...lines) {
    this.#lines.push(...lines);
  }

  #heading(level, title, key) {
    const base = slug(title);
    const count = this.#slugs.get(base) ?? 0;
    this.#slugs.set(base, count + 1);
    const anchor = count ? `${base}-${count}` : base;
    if (key) this.#anchors.set(key, anchor);
    this.#say('', `${'#'.repeat(level)} ${title}`, '');
    return anchor;
  }

  #all() {
    this.#say('# API reference', '', '<!-- Written by scripts/api-docs from the types. -->', '');
    this.#say(INTRODUCTION.trim(), '');
    const shown = this.#entries.filter(({ types }) => types);
    this.#say('| entry | exports |', '|---|---|');
    for (const { name, exported } of shown) {
      const own = exported.filter((one) => this.#home(one) === name);
      const names = own.map(({ name: n, nodes }) => this.#link(nodes[0], inline(n)));
      this.#say(`| [${inline(name)}](#${slug(name)}) | ${cell(names.join(', '))} |`);
    }
    const files = this.#entries.filter(({ file }) => file).map(({ name }) => inline(name));
    if (files.length > 0) this.#say('', `Files for tools: ${files.join(', ')}.`);
    for (const entry of shown) this.#entry(entry);
  }

  /** The entry that describes it: the first that exports it. */
  #home({ nodes }) {
    const key = this.#key(nodes[0]);
    return this.#entries.find(({ exported }) =>
      exported.some((one) => this.#key(one.nodes[0]) === key),
    )?.name;
  }

  #key(node) {
    const file = relative(this.#root, node.getSourceFile().fileName);
    return `${file}:${node.name?.getText() ?? ''}`;
  }

  #link(node, text) {
    const anchor = this.#anchors.get(this.#key(node));
    return anchor ? `[${text}](#${anchor})` : text;
  }

  #entry({ name, exported, about }) {
    this.#heading(2, name);
    if (about) this.#say(this.#linked(about, exported), '');
    this.#note(name);
    const own = exported.filter((one) => this.#home(one) === name);
    const other = exported.filter((one) => this.#home(one) !== name);
    const left = new Map(own.map((one) => [one.name, one]));
    for (const [title, names] of Object.entries(GROUPS[name] ?? {})) {
      const group = names.map((one) => left.get(one)).filter((one) => one);
      if (group.length === 0) continue;
      for (const one of names) left.delete(one);
      this.#heading(3, title);
      for (const one of group) this.#export(name, one, exported, 4);
    }
    const rest = [...left.values()].sort((a, b) => rank(a) - rank(b));
    const isGrouped = rest.length < own.length;
    if (isGrouped && rest.length > 0) this.#heading(3, 'Other exports');
    for (const one of rest) this.#export(name, one, exported, isGrouped ? 4 : 3);
    if (other.length > 0) {
      const links = other.map(({ name: n, nodes }) => this.#link(nodes[0], inline(n)));
      this.#say('', `Also exported here: ${links.join(', ')}.`, '');
    }
  }

  #export(entry, { name, nodes, doc }, exported, level) {
    const [node] = nodes;
    this.#heading(level, name, this.#key(node));
    this.#say(this.#linked(doc || this.#missing(entry, name), exported), '');
    switch (node.kind) {
      case SyntaxKind.ClassDeclaration:
      case SyntaxKind.InterfaceDeclaration:
        this.#members(entry, name, node, exported, level + 1);
        break;
      case SyntaxKind.TypeAliasDeclaration:
        this.#alias(node, exported);
        break;
      default:
        this.#signature(nodes.map((one) => code(one)).map(declared), nodes, exported);
    }
    this.#note(`${entry}: ${name}`, name);
  }

  #alias(node, exported) {
    const options = node.type.types?.map((type) => [code(type), docOf(type)]) ?? [];
    if (options.some(([, doc]) => doc)) {
      this.#say('| value | meaning |', '|---|---|');
      for (const [value, doc] of options) {
        this.#say(`| ${cell(inline(value))} | ${cell(this.#linked(doc, exported))} |`);
      }
      this.#say('');
      return;
    }
    this.#signature([code(node).replace(/^export (declare )?/, '')], [node], exported);
  }

  #signature(lines, nodes, exported) {
    this.#say('```ts', ...lines, '```', '');
    this.#types(nodes.map((node) => code(node)).join(' '), nodes[0].name?.getText(), exported);
  }

  /** Finds the export that a name means in an entry: its own, or one of the main entry. */
  #find(name, exported) {
    const is = (other) => other.name === name;
    return exported.find(is) ?? this.#entries[0].exported.find(is);
  }

  /** Links to the types that a piece of code names. */
  #types(text, self, exported) {
    const names = [...new Set(text.match(/\b[A-Z]\w+/g) ?? [])];
    const links = names.flatMap((name) => {
      const one = name !== self && this.#find(name, exported);
      return one ? [this.#link(one.nodes[0], inline(name))] : [];
    });
    if (links.length > 0) this.#say(`See ${links.join(', ')}.`, '');
  }

  #members(entry, name, node, exported, level) {
    const parents = (node.heritageClauses ?? []).flatMap((clause) => [...clause.types]);
    const known = parents.map((type) => {
      const [base] = type
        .getText()
        .match(/\w+(?=[<,]*)/g)
        .filter((one) => this.#find(one, exported));
      const one = base && this.#find(base, exported);
      return { one, text: inline(code(type)) };
    });
    // Base types that cannot be imported are left out.
    const shown = known.filter(({ one, text }) => one ?? /^`(Error|Disposable)`$/.test(text));
    if (shown.length > 0) {
      const links = shown.map(({ one, text }) => (one ? this.#link(one.nodes[0], text) : text));
      this.#say(`Has all of ${links.join(', ')}.`, '');
    }
    this.#class = name;
    const members = [...node.members].filter((member) => !isHidden(member));
    const properties = members.filter((member) => !isMethod(member));
    const rows = properties.flatMap((member) => rowsOf(member, ''));
    if (rows.length > 0) {
      const hasDefaults = rows.some(({ standard }) => standard);
      this.#say(
        hasDefaults ? '| name | type | default | |' : '| name | type | |',
        hasDefaults ? '|---|---|---|---|' : '|---|---|---|',
      );
      for (const { path, type, standard, doc } of rows) {
        const cells = [inline(path), type ? inline(type) : ''];
        if (hasDefaults) cells.push(standard);
        cells.push(this.#linked(doc, exported));
        this.#say(`| ${cells.map(cell).join(' | ')} |`);
      }
      this.#say('');
      this.#types(rows.map(({ type }) => type).join(' '), name, exported);
    }
    for (const method of members.filter(isMethod)) {
      const title = method.name.getText();
      const owner = modifiers(method).includes('static') ? name : `${lower(name)}`;
      this.#heading(level, `${owner}.${title}`, `${name}.${title}`);
      this.#say(
        this.#linked(docOf(method) || this.#missing(entry, `${name}.${title}`), exported),
        '',
      );
      this.#signature([code(method).replace(/;$/, '')], [method], exported);
      this.#note(`${name}.${title}`);
    }
  }

  #missing(entry, name) {
    if (!this.#warned.has(name)) console.error(`${entry}: ${name} has no doc comment`);
    this.#warned.add(name);
    return '';
  }
  #warned = new Set();

  #note(...keys) {
    for (const key of keys) {
      if (!NOTES[key]) continue;
      this.#used.add(key);
      this.#say(NOTES[key].trim(), '');
      return;
    }
  }

  /** Doc links as links. */
  #linked(text, exported) {
    return text.replace(/\{@link (\w+)(?:\.(\w+))?\}/g, (_, name, member) => {
      const shown = inline(member ? `${name}.${member}` : name);
      const one = exported.find((other) => other.name === name);
      if (one && !member) return this.#link(one.nodes[0], shown);
      const anchor = this.#anchors.get(member ? `${name}.${member}` : `${this.#class}.${name}`);
      return anchor ? `[${shown}](#${anchor})` : shown;
    });
  }
  /** Whose members are described: a link without it means one of them. */
  #class = '';
}

/** Functions before types. */
const rank = ({ nodes: [node] }) =>
  node.kind === SyntaxKind.InterfaceDeclaration || node.kind === SyntaxKind.TypeAliasDeclaration
    ? 1
    : 0;
const lower = (name) => name[0].toLowerCase() + name.slice(1);
const declared = (text) => text.replace(/^export (default )?(declare )?/, '').replace(/;$/, '');

/** The rows of a property; those of a described object are rows of their own. */
function rowsOf(member, prefix) {
  const optional = member.questionToken ?? member.postfixToken;
  const path = `${prefix}${member.name.getText()}${optional ? '?' : ''}`;
  const { type } = member;
  const text = type ? code(type) : '';
  let doc = docOf(member);
  let standard = '';
  doc = doc.replace(/\s*Default: ((?:`[^`]*`|[^.`]|\.(?=\d))+)\.(?=\s|$)/, (_, value) => {
    standard = value;
    return '';
  });
  const inner = type?.kind === SyntaxKind.TypeLiteral ? [...type.members] : [];
  if (inner.some((one) => docOf(one))) {
    return [
      { path, type: '', standard, doc },
      ...inner.flatMap((one) => rowsOf(one, `${path.replace('?', '')}.`)),
    ];
  }
  return [{ path, type: text, standard, doc }];
}
