// `<vicino-rail>` from the tarball as a static server has it: ids of any text, cards that fail, values that would like
// to be code, wrong attributes, and several copies of the package on a page.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { root } from '../../scripts/lib.mjs';
import { PROGRAM } from './support/command.mjs';
import { closeBrowser, open } from './support/page.mjs';
import { makeProject } from './support/project.mjs';

/** Products in pairs that are viewed one after the other; some ids would be two or more if they were split. */
const PAIRS = [
  ['red shoe', 'laces'],
  ['a,b', 'bag'],
  ['a', 'apple'],
  ['b', 'banana'],
  ['[x, y]', 'box'],
  ['["a"]', 'quoted'],
];

let project;
before(() => {
  project = makeProject();
  for (const name of ['element.js', 'wait.js']) {
    cpSync(join(root, 'tests/packaging/pages', name), join(project.folder, name));
  }
  const page = (scripts) =>
    `<!doctype html><link rel="icon" href="data:,"><body>${scripts
      .map((path) => `<script type="module" src="${path}"></script>`)
      .join('')}`;
  const element = 'node_modules/vicino/dist/element.js';
  project.write('index.html', page([element, 'element.js']));
  // Another copy is another address.
  cpSync(join(project.folder, 'node_modules/vicino/dist'), join(project.folder, 'copy'), {
    recursive: true,
  });
  project.write('copy-first.html', page(['copy/element.js', element, 'element.js']));
  project.write('copy-last.html', page([element, 'copy/element.js', 'element.js']));
  const rows = ['session_id,visitor_id,item_id,event_type,time'];
  for (let session = 0; session < 120; session++) {
    const pair = PAIRS[session % PAIRS.length];
    pair.forEach((item, at) => {
      const time = new Date(Date.UTC(2026, 0, 1, session % 24, at, session % 60)).toISOString();
      rows.push(`s${session},v${session},"${item.replaceAll('"', '""')}",view,${time}`);
    });
  }
  project.write('events.csv', `${rows.join('\n')}\n`);
  const args = ['train', 'events.csv', '-o', 'ids.vicino', '--quiet'];
  execFileSync(PROGRAM, args, { cwd: project.folder, stdio: 'pipe' });
});
after(async () => {
  await closeBrowser();
  project?.remove();
});

/** Runs `use` on an empty page with the element; fails if a line is on the console that is not expected. */
async function onPage(use, { path = '/', expected = /^$/, ...argument } = {}) {
  const opened = await open(project.folder, { path });
  try {
    await opened.page.waitForFunction(() => globalThis.probe);
    const found = await opened.page.evaluate(use, argument);
    assert.deepEqual(
      opened.console.filter((line) => !expected.test(line)),
      [],
    );
    return found;
  } finally {
    await opened.close();
  }
}

test('the attribute item takes any id, ids with commas between them, or JSON', async () => {
  const cases = [
    ['red shoe', ['red shoe']],
    ['  red shoe ', ['red shoe']],
    ['a,b', ['a,b']],
    ['a, b', ['a', 'b']],
    ['["a","b"]', ['a', 'b']],
    ['["a,b"]', ['a,b']],
    ['["a,b", "red shoe"]', ['a,b', 'red shoe']],
    ['[x, y]', ['[x, y]']],
    // A model may know what looks like JSON.
    ['["a"]', ['["a"]']],
    ['a,red shoe,', ['a', 'red shoe']],
  ];
  const found = await onPage(
    async ({ cases }) => {
      const shop = await Recommender.load('./ids.vicino', { storage: 'memory' });
      const found = [];
      for (const [item, expected] of cases) {
        const rail = put(
          '<vicino-rail list="related"><template><p>{{id}}</p></template></vicino-rail>',
        );
        rail.recommender = shop;
        rail.item = item;
        await reached('ready');
        const request = { name: 'related', list: 'related', items: expected };
        found.push([item, ids(), shop.page([request])[0].items.map(({ id }) => id), errors.length]);
      }
      return found;
    },
    { cases },
  );
  for (const [item, shown, listed, numErrors] of found) {
    assert.deepEqual(shown, listed, item);
    assert.equal(numErrors, 0, item);
  }
  const first = new Map(found.map(([item, [one]]) => [item, one]));
  assert.equal(first.get('red shoe'), 'laces');
  assert.equal(first.get('a,b'), 'bag');
  assert.equal(first.get('[x, y]'), 'box');
});

test('options replace the ids of the attribute, whichever of item and items they have', async () => {
  const found = await onPage(async () => {
    const shop = await Recommender.load('./ids.vicino', { storage: 'memory' });
    const found = [];
    for (const options of [{ item: 'red shoe' }, { items: ['red shoe'], name: 'own' }]) {
      const rail = put(
        '<vicino-rail list="related" item="a,[x, y]" k="1"><template><p></p></template></vicino-rail>',
      );
      Object.assign(rail, { recommender: shop, options });
      await reached('ready');
      found.push(...ids());
    }
    return found;
  });
  assert.deepEqual(found, ['laces', 'laces']);
});

const CARDS = `<vicino-rail list="trending" src="./ids.vicino" loading="eager" k="4">
  <template><p>{{id}} {{title}}</p></template><p data-vicino-id="old">old</p></vicino-rail>`;

for (const how of ['rejects', 'throws', 'has a value that throws']) {
  test(`a card whose data ${how} is left out and named, and the others stay`, async () => {
    const found = await onPage(
      async ({ how, html }) => {
        const rail = put(html);
        let bad;
        rail.data = (id) => {
          bad ??= id;
          if (id !== bad) return { title: `title of ${id}` };
          if (how === 'throws') throw new Error('404');
          if (how === 'rejects') return Promise.reject(new Error('404'));
          const title = {
            toString() {
              throw new Error('404');
            },
          };
          return { title };
        };
        await reached('ready');
        return { bad, ids: ids(), texts: rail.innerText, errors };
      },
      { how, html: CARDS },
    );
    assert.equal(found.ids.length, 3);
    assert.ok(!found.ids.includes(found.bad));
    for (const id of found.ids) assert.ok(found.texts.includes(`${id} title of ${id}`));
    assert.deepEqual(
      found.errors.map(({ rail, id, message }) => [rail, id, message]),
      [['trending', found.bad, '404']],
    );
  });
}

test('without a single card the children stay, and the next change tries again', async () => {
  const found = await onPage(
    async ({ html }) => {
      const rail = put(html);
      let isDown = true;
      rail.data = async () => {
        if (isDown) throw new Error('503');
        return { title: 'fine' };
      };
      await reached('error');
      const before = ids();
      isDown = false;
      rail.update();
      await reached('ready');
      return { before, errors: errors.length, after: ids().length };
    },
    { html: CARDS },
  );
  assert.deepEqual(found, { before: ['old'], errors: 4, after: 4 });
});

const PLAIN = '<template><p>{{id}}</p></template>';
const WRONG = [
  ['list', 'relatd', 'trending', /list.*relatd/],
  ['k', 'four', '2', /`k`.*NaN/],
  ['k', ' ', '2', /`k`.*NaN/],
  ['k', '-1', '2', /`k`.*-1/],
  ['k', '2.5', '2', /`k`.*2\.5/],
  ['item', '["a"', 'a', /`item`.*JSON/],
  ['item', '[1]', 'a', /`item`.*JSON/],
  ['item', '[]', 'a', /`item`.*list `related`/],
  ['item', '', 'a', /`item`.*list `related`/],
  ['loading', 'soon', 'eager', /`loading`.*lazy or eager/],
  ['src', './missing.vicino', './ids.vicino', /404/],
  ['src', 'http://[', './ids.vicino', /./],
  ['src', './element.js', './ids.vicino', /./],
  ['src', '', './ids.vicino', /`src`.*setRecommender/],
];
for (const [name, bad, good, message] of WRONG) {
  test(`the value ${JSON.stringify(bad)} of ${name} is an error until it is mended`, async () => {
    const found = await onPage(
      async ({ name, bad, good, inside }) => {
        const rail = document.createElement('vicino-rail');
        rail.innerHTML = `${inside}<p data-vicino-id="old">old</p>`;
        const all = { list: 'related', item: 'a', src: './ids.vicino', loading: 'eager' };
        for (const [key, value] of Object.entries({ ...all, [name]: bad })) rail[key] = value;
        document.body.replaceChildren(rail);
        await reached('error');
        const before = [...errors];
        const kept = ids();
        rail.setAttribute(name, good);
        await reached('ready');
        return { before, kept, errors: errors.length, after: ids().length > 0 };
      },
      {
        ...{ name, bad, good, inside: PLAIN },
        expected: bad.includes('missing') ? /404/ : /^$/,
      },
    );
    assert.equal(found.before.length, 1);
    assert.equal(found.errors, 1);
    assert.equal(found.before[0].name, 'VicinoError');
    assert.match(found.before[0].message, message);
    assert.deepEqual(found.kept, ['old']);
    assert.equal(found.after, true);
  });
}

test('ordinary values are filled in, in braces with blanks and in brackets', async () => {
  const template = `<article title="{{ title }}" class="card [[kind]]" data-price="{{price}}">
    <a href="/p/{{id}}?from={{ kind }}"><img src="{{image}}" srcset="[[ image ]] 1x, /big/{{id}}.jpg 2x" alt="{{title}}"></a>
    <a class="call" href="{{call}}">{{{title}}}, {{constructor}}[[missing]]{{ not a name }}</a><svg><a xlink:href="{{image}}"></a></svg>
  </article>`;
  const found = await onPage(
    async ({ template }) => {
      const rail = put(
        `<vicino-rail list="related" item="a" k="1" src="./ids.vicino" loading="eager"><template>${template}</template></vicino-rail>`,
      );
      rail.data = () => ({
        id: 'a b&c',
        title: 'JavaScript: The <Good> Parts',
        kind: 'book/new',
        price: 0,
        image: 'https://img.example/1.jpg?w=2',
        call: 'tel:+123',
      });
      await reached('ready');
      const attributes = (selector) =>
        Object.fromEntries(
          [...rail.querySelector(selector).attributes].map(({ name, value }) => [name, value]),
        );
      return {
        article: attributes('article'),
        link: attributes('article > a'),
        image: attributes('img'),
        call: attributes('.call').href,
        svg: attributes('svg a'),
        text: rail.querySelector('.call').textContent,
      };
    },
    { template, expected: /ERR_/ },
  );
  assert.deepEqual(found, {
    article: {
      title: 'JavaScript: The <Good> Parts',
      class: 'card book/new',
      'data-price': '0',
      // Data with an id of its own changes nothing of what is counted.
      'data-vicino-id': 'apple',
      role: 'listitem',
    },
    link: { href: '/p/a%20b%26c?from=book%2Fnew' },
    image: {
      src: 'https://img.example/1.jpg?w=2',
      srcset: 'https://img.example/1.jpg?w=2 1x, /big/a%20b%26c.jpg 2x',
      alt: 'JavaScript: The <Good> Parts',
    },
    call: 'tel:+123',
    svg: { 'xlink:href': 'https://img.example/1.jpg?w=2' },
    text: '{JavaScript: The <Good> Parts}, {{ not a name }}',
  });
});

test('a template without an element is an error, and one that a script has made works', async () => {
  const found = await onPage(async () => {
    const rail = put('<vicino-rail src="./ids.vicino" loading="eager"></vicino-rail>');
    // As React and Vue make it: the child is beside the template's content.
    const template = document.createElement('template');
    rail.append(template);
    await reached('error');
    const before = errors.map(({ code }) => code);
    template.append(document.createElement('p'));
    template.firstChild.textContent = '{{id}}';
    rail.update();
    await reached('ready');
    return {
      before,
      filled: ids().length > 0 && ids()[0] === rail.querySelector('p[role]').textContent,
    };
  });
  assert.deepEqual(found, { before: ['option-invalid'], filled: true });
});

for (const order of ['copy-first', 'copy-last']) {
  test(`copies of the package on one page find one recommender (${order})`, async () => {
    const found = await onPage(
      async () => {
        const [own, copy] = await Promise.all([
          import('./node_modules/vicino/dist/element.js'),
          import('./copy/element.js'),
        ]);
        const registered = customElements.get('vicino-rail');
        const html =
          '<vicino-rail list="trending" k="1"><template><p>{{id}}</p></template></vicino-rail>';
        const found = {
          classes: [own, copy].filter((one) => one.VicinoRail === registered).length,
        };
        for (const { setRecommender } of [copy, own]) {
          put(html);
          const shop = await Recommender.load('./shop.vicino', { storage: 'memory' });
          const asked = [];
          setRecommender({
            page: (...given) => asked.push('page') && shop.page(...given),
            subscribe: (listener) => shop.subscribe(listener),
            history: shop.history,
            recordImpression() {},
          });
          await until(() => asked.length > 0 && document.querySelector('[state=ready]'));
          found[setRecommender === own.setRecommender ? 'own' : 'copy'] = ids().length;
        }
        return found;
      },
      { path: `/${order}.html` },
    );
    assert.deepEqual(found, { classes: 1, own: 1, copy: 1 });
  });
}

test('rails without src follow the recommender that is set last, and a failed promise is no end', async () => {
  const found = await onPage(async () => {
    const { setRecommender } = await import('./node_modules/vicino/dist/element.js');
    put('<vicino-rail list="trending" k="20"><template><p>{{id}}</p></template></vicino-rail>');
    const wrong = [undefined, null, 'shop', {}].map((value) => {
      try {
        setRecommender(value);
        return 'taken';
      } catch ({ code }) {
        return code;
      }
    });
    setRecommender(Promise.reject(new Error('offline')));
    await reached('error');
    const [{ message }] = errors;
    setRecommender(Recommender.load('./shop.vicino', { storage: 'memory' }));
    await reached('ready');
    const first = ids().length;
    setRecommender(await Recommender.load('./ids.vicino', { storage: 'memory' }));
    await until(() => ids().includes('red shoe'));
    return { wrong, message, first, second: ids().length };
  });
  assert.deepEqual(found, {
    wrong: Array(4).fill('option-invalid'),
    message: 'offline',
    first: 12,
    second: 12,
  });
});

test('elements of one page list nothing twice, and follow what the shopper does together', async () => {
  const found = await onPage(async () => {
    const { pageRails } = await import('./node_modules/vicino/dist/pages.js');
    const shop = await Recommender.load('./shop.vicino', { storage: 'memory' });
    const template = '<template><p>{{id}}</p></template>';
    const rail = (list) => `<vicino-rail list="${list}">${template}</vicino-rail>`;
    put(['boughtTogether', 'related', 'similar', 'recentlyViewed', 'forYou'].map(rail).join(''));
    const rails = [...document.querySelectorAll('vicino-rail')];
    const page = pageRails('product', { item: 'sku-0' });
    for (const one of rails) Object.assign(one, { page, recommender: shop });
    const all = () => rails.map((one) => ids(one));
    const same = () =>
      JSON.stringify(all().slice(0, 4)) ===
      JSON.stringify(shop.page(page).map(({ items }) => items.map(({ id }) => id)));
    await until(() => rails.every((one) => one.matches('[state=ready]')) && same());
    const first = all();
    await shop.record({ item: first[1][0] });
    await until(same);
    return { first, later: all(), errors };
  });
  assert.deepEqual(found.errors, []);
  for (const page of [found.first, found.later]) {
    assert.equal(new Set(page.flat()).size, page.flat().length);
    assert.ok(page[0].length > 0 && page[1].length > 0);
    // It is not a rail of this page.
    assert.deepEqual(page[4], []);
  }
});

/** Attributes that are code, have an address or style, with `$` for a value. */
const ATTRIBUTES = [
  ...[
    'href',
    'xlink:href',
    'src',
    'srcset',
    'imagesrcset',
    'action',
    'formaction',
    'poster',
    'data',
  ],
  ...[
    'ping',
    'cite',
    'background',
    'longdesc',
    'lowsrc',
    'dynsrc',
    'codebase',
    'classid',
    'code',
    'archive',
  ],
  ...[
    'manifest',
    'profile',
    'usemap',
    'icon',
    'from',
    'to',
    'by',
    'values',
    'content',
    'value',
    'type',
  ],
  ...[
    'style',
    'class',
    'id',
    'title',
    'alt',
    'name',
    'is',
    'slot',
    'data-href',
    'data-src',
    'onclick',
  ],
  ...[
    'onerror',
    'onload',
    'onbegin',
    'onfocus',
    'ontoggle',
    'OnPointerOver',
    'srcdoc',
    '@click',
    ':href',
  ],
  ...[
    'x-on:click',
    'x-data',
    'v-html',
    'hx-on:click',
    'data-hx-on',
    'ng-init',
    'wire:click',
    '(click)',
  ],
];
const ELEMENTS = [
  ...[
    'a',
    'area',
    'audio',
    'base',
    'body',
    'button',
    'details',
    'div',
    'embed',
    'form',
    'frame',
    'iframe',
  ],
  ...[
    'img',
    'input',
    'link',
    'math',
    'meta',
    'object',
    'option',
    'script',
    'select',
    'source',
    'style',
  ],
  ...['svg', 'template', 'textarea', 'track', 'video', 'x-card'],
];
const SVG_ELEMENTS = [
  ...[
    'a',
    'animate',
    'animateMotion',
    'feImage',
    'foreignObject',
    'image',
    'script',
    'set',
    'style',
    'use',
  ],
];
const PATTERNS = ['$', '/p/$', "javascript:go('$')", "go('$')", '$ 1x, $ 2x'];
/** Templates with places where a value could become code. */
const TEMPLATES = PATTERNS.flatMap((pattern) => {
  const all = ATTRIBUTES.map((name) => `${name}="${pattern}"`).join(' ');
  const isShort = pattern.length < 5;
  return [
    ...(isShort ? ELEMENTS : []).map((name) => `<${name} ${all}>$</${name}>`),
    ...(isShort ? SVG_ELEMENTS : []).map(
      (name) => `<svg><${name} ${all}><text y="9">$</text></${name}></svg>`,
    ),
    // One attribute alone where another one would hide it.
    `<iframe src="${pattern}"></iframe>`,
    `<iframe srcdoc="${pattern}"></iframe>`,
    `<a href=" ${pattern}">go</a>`,
    `<form action="${pattern}"><button>go</button></form>`,
    `<form><button formaction="${pattern}">go</button></form>`,
    `<form><input type="submit" formaction="${pattern}"></form>`,
    `<img src="/missing.png" onerror="${pattern}">`,
    `<script>${pattern}</script>`,
    `<script type="module">${pattern}</script>`,
    `<svg><script>${pattern}</script></svg>`,
    `<svg><a href="#"><set attributeName="href" to="${pattern}"/><text y="9">go</text></a></svg>`,
    `<meta http-equiv="refresh" content="0;url=${pattern}">`,
    `<noscript>${pattern}</noscript>`,
  ];
});
/** Values that would call `go` if they ran. */
const PAYLOADS = [
  'javascript:go()',
  ' javascript:go()',
  '\u0001\u001f javascript:go()',
  'java\tscript:go()',
  'java\nscr\r\nipt:go()',
  'JaVaScRiPt:go()',
  'javascript://%0ago()',
  'javascript:/*1x, */go()',
  'x 1x, javascript:go() 2x',
  'vbscript:go()',
  'data:text/html,<script>parent.go()</script>',
  'data:text/html;base64,PHNjcmlwdD5wYXJlbnQuZ28oKTwvc2NyaXB0Pg==',
  ' data:text/javascript,go()',
  'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="parent.go()"/>',
  'javascript&colon;go()',
  '&#106;avascript:go()',
  "');go();//",
  "'+go()+'",
  '%27)%3Bgo()%2F%2F',
  '"><script>go()</script>',
  '<img src=x onerror=go()>',
  '</textarea></script></style><script>go()</script>',
  'go()',
  'x" onfocus="go()" autofocus="',
  '{{constructor.constructor("go()")()}}',
];

test('no value becomes code, whatever the template', async () => {
  const found = await onPage(
    async ({ templates, payloads }) => {
      const ran = [];
      let now;
      globalThis.go = () => ran.push(now);
      // Links and forms that lead elsewhere would end the test; scripts in addresses run all the same.
      navigation.addEventListener('navigate', (event) => event.preventDefault());
      // Code in frames knows their parent, and code that throws would have run.
      addEventListener('error', ({ message }) => ran.push(`${now}: ${message}`));
      const shop = await Recommender.load('./shop.vicino', { storage: 'memory' });
      const order = shop.trending({ k: 12 }).map(({ id }) => id);
      let count = 0;
      for (const template of templates) {
        for (let first = 0; first < payloads.length; first += order.length) {
          const rail = document.createElement('vicino-rail');
          const value = (id) => payloads[(first + order.indexOf(id)) % payloads.length];
          Object.assign(rail, { list: 'trending', k: order.length, recommender: shop });
          rail.data = (id) => ({ value: value(id) });
          rail.innerHTML = `<template><div>${template.replaceAll('$', '{{ value }}')}</div></template>`;
          now = template;
          document.body.replaceChildren(rail);
          await reached('ready');
          for (const node of rail.querySelectorAll(':scope > div *')) {
            count++;
            for (const name of ['href', 'src', 'action', 'formAction', 'data', 'poster']) {
              if (/^(javascript|data|vbscript):/.test(node[name]?.baseVal ?? node[name]))
                ran.push(`${now}: ${name} is ${node[name]}`);
            }
            for (const { name, value } of node.attributes) {
              if (/^(on|style|srcdoc)/.test(name) && payloads.some((one) => value.includes(one)))
                ran.push(`${now}: ${name} is ${value}`);
            }
            for (const type of ['pointerover', 'focus', 'error', 'toggle', 'load']) {
              node.dispatchEvent(new Event(type));
            }
            const click = new MouseEvent('click', { bubbles: true, cancelable: true });
            if (/^(a|area|button|input)$/.test(node.localName)) node.dispatchEvent(click);
          }
        }
        // What runs by itself has run before a later frame has loaded.
        await new Promise((resolve) => {
          const frame = document.createElement('iframe');
          Object.assign(frame, { srcdoc: 'later', onload: resolve });
          document.body.append(frame);
        });
      }
      return { ran: [...new Set(ran)], count };
    },
    { templates: TEMPLATES, payloads: PAYLOADS, expected: /./ },
  );
  assert.deepEqual(found.ran.slice(0, 20), []);
  assert.ok(found.count > TEMPLATES.length * PAYLOADS.length);
});
