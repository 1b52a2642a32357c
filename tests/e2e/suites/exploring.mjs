import assert from 'node:assert/strict';
import { createWriteStream, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { output } from '../support/fixture.mjs';
import { csv, events, file, json, parquet, small } from '../support/logs.mjs';
import { visit } from '../support/visit.mjs';

const MILLION = 1_000_000;
/** `session_id,item_id,timestamp` and 12 rows, compressed by zstd, which node cannot write. */
const ZSTD =
  'KLUv/QRYvQMAMgURFpCpOSA0DaEAIr9/bh9Bn8h0t8xMTBz32Vcf4YMLXhog5JT5fhta05q64A53lPdWZU2ASoeVKOGyAk9CC63Ag0hgJsoXAMBAwDHANcAJwCHgGOAEHAc4Bg4B7hTmYIAL2A50BjYB/YKNAD+wMdAF7D1vJxS/zu9D';

/** Visits the page and remembers how long the main thread was busy at a time, in ms. */
const lookAt = (shop, body, options = {}) =>
  visit(
    {
      ...shop(),
      ...options,
      before: ({ context }) =>
        context.addInitScript(() => {
          globalThis.longTasks = [];
          new PerformanceObserver((list) => {
            for (const { duration } of list.getEntries()) globalThis.longTasks.push(duration);
          }).observe({ type: 'longtask', buffered: true });
        }),
    },
    async (visited) => {
      await visited.page.goto(`${visited.server.url}/eda/`);
      await visited.page.locator('#plot-session-length svg').waitFor();
      await body(visited);
    },
  );

/** Waits until a file is read and all its figures are drawn. */
async function read(page, name) {
  await page.locator('h1', { hasText: `What is in ${name}` }).waitFor({ timeout: 60_000 });
  await page.waitForFunction(() =>
    [...document.querySelectorAll('.plot')].every((plot) => plot.querySelector('svg')),
  );
}

const figures = (page) =>
  page
    .locator('#content .plot')
    .evaluateAll((plots) => plots.map(({ id }) => id.replace('plot-', '')));

const numbersOf = async (page) => {
  const [values, names] = [page.locator('.numbers dd'), page.locator('.numbers dt')];
  const keys = await names.allInnerTexts();
  return Object.fromEntries((await values.allInnerTexts()).map((value, at) => [keys[at], value]));
};

export function exploring(shop) {
  for (const [format, make] of [
    ['CSV', (rows) => file('log.csv', [...csv(rows)].join(''))],
    ['gzipped CSV', (rows) => file('log.csv.gz', gzipSync([...csv(rows)].join('')))],
    ['JSON lines', (rows) => file('log.jsonl', json(rows))],
    ['Parquet', (rows) => file('log.parquet', parquet(rows))],
  ]) {
    test(`a log in ${format} is read in the page, with the same figures`, () =>
      lookAt(shop, async ({ page }) => {
        // Not the requests of the server: the offline copy of the shop may still be in progress.
        const asked = [];
        page.on('request', (request) => {
          const { pathname } = new URL(request.url());
          asked.push(`${request.method()} ${pathname}`);
        });
        const log = make(events(3000));
        await page.setInputFiles('#file', log);
        await read(page, log.name);
        const numbers = await numbersOf(page);
        assert.equal(numbers['rows read'], '3,000');
        assert.equal(numbers.events, '3,000');
        const drawn = await figures(page);
        for (const wanted of ['over-time', 'session-length', 'popularity', 'matrix']) {
          assert.ok(drawn.includes(wanted), `${wanted} of ${drawn}`);
        }
        assert.match(await page.locator('#content').innerText(), /Every row became an event/);
        const ofReader = /^GET \/assets\/(worker|vicino_explore_bg)-[\w-]+\.(js|wasm)$/;
        assert.deepEqual(
          asked.filter((request) => !ofReader.test(request)),
          [],
          'nothing but the reader itself is fetched',
        );
      }));
  }

  test('the module that reads files is no part of the offline copy of the shop', () => {
    const worker = readFileSync(join(shop().dist, 'sw.js'), 'utf8');
    assert.match(worker, /"url":"eda\/index\.html"/);
    assert.doesNotMatch(worker, /vicino_explore_bg/);
  });

  test('zstd is read without the C library', () =>
    lookAt(shop, async ({ page }) => {
      await page.setInputFiles('#file', file('log.csv.zst', Buffer.from(ZSTD, 'base64')));
      await read(page, 'log.csv.zst');
      assert.equal((await numbersOf(page))['rows read'], '12');
    }));

  test('the page goes on working while a million rows are read', (t) =>
    lookAt(shop, async ({ page }) => {
      const path = join(output, 'million.csv');
      const to = createWriteStream(path);
      await finished(Readable.from(csv(events(MILLION))).pipe(to));
      await page.evaluate(() => {
        globalThis.longTasks = [];
        // Reports of the worker, and tasks of the page between them.
        globalThis.order = [];
        const note = (what) => {
          if (globalThis.order.at(-1) !== what) globalThis.order.push(what);
        };
        const reports = /[\d.]+ MB of [\d.]+ MB, [\d,]+ rows/;
        const look = () => {
          if (reports.test(document.querySelector('#progress-words')?.textContent)) note('report');
        };
        new MutationObserver(look).observe(document.body, {
          ...{ childList: true, subtree: true, characterData: true },
        });
        setInterval(() => note('task'), 10);
      });
      await page.setInputFiles('#file', path);
      await read(page, 'million.csv');
      const numbers = await numbersOf(page);
      assert.equal(numbers['rows read'], '1,000,000');
      // Cleaning takes double clicks out.
      assert.ok(Number(numbers.events.replaceAll(',', '')) > 990_000, numbers.events);
      const [lead, longTasks] = [
        await page.locator('#content .lead').innerText(),
        await page.evaluate(() => globalThis.longTasks),
      ];
      const longest = Math.max(0, ...longTasks);
      t.diagnostic(`${lead}; the longest task of the main thread took ${longest} ms`);
      const order = await page.evaluate(() => globalThis.order.join(' '));
      assert.match(order, /report task report/, 'the page works between two reports of the worker');
    }));

  test('a reading is ended by Cancel, and another file can be chosen', () =>
    lookAt(shop, async ({ page }) => {
      await page.setInputFiles('#file', join(output, 'million.csv'));
      await page.click('#cancel');
      await page.locator('#file').waitFor();
      assert.equal(await page.locator('#progress').isVisible(), false);
      assert.match(await page.locator('h1').innerText(), /learnt from/, 'what was there stays');
      await page.setInputFiles('#file', small());
      await read(page, 'small.csv');
    }));

  test('a file that is dropped anywhere is read', () =>
    lookAt(shop, async ({ page }) => {
      await page.evaluate((text) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File([text], 'dropped.csv'));
        const options = { dataTransfer, bubbles: true, cancelable: true };
        document.body.dispatchEvent(new DragEvent('dragover', options));
        document.body.dispatchEvent(new DragEvent('drop', options));
      }, small().buffer.toString());
      await read(page, 'dropped.csv');
    }));

  test('a file that is no log is refused with what is wrong, and the next one is read', () => {
    const rows = [...csv(events(500))].join('');
    const cases = [
      ['empty.csv', '', /empty\.csv: the file is empty/],
      ['picture.png', Buffer.from('89504e470d0a1a0a0000ffd8', 'hex'), /the header is not UTF-8/],
      ['prices.csv', 'sku_code,cost\n1,2\n', /no column for `\w+`[\s\S]*sku_code/],
      ['cut.csv.gz', gzipSync(rows).subarray(0, 4000), /gzip stream ends early/],
      ['cut.parquet', parquet(events(500)).subarray(0, 9000), /not a Parquet file: it ends with/],
      ['text.json', 'item: 1\n', /line 1 is not a JSON/],
      ['header.csv', 'session_id,item_id\n', /no rows|no row/],
    ];
    return lookAt(shop, async ({ page }) => {
      for (const [name, content, message] of cases) {
        await page.setInputFiles('#file', file(name, content));
        const alert = page.locator('.pick [role="alert"]', { hasText: `${name} was not read` });
        await alert.waitFor();
        assert.match(await alert.innerText(), message, name);
      }
      await page.setInputFiles('#file', small());
      await read(page, 'small.csv');
      assert.equal(await page.locator('[role="alert"]').count(), 0);
    });
  });

  test('format and columns can be told', () =>
    lookAt(shop, async ({ page }) => {
      const rows = 'visit;thing\n1;a\n1;b\n2;a\n';
      await page.selectOption('#format', 'csv');
      await page.fill('#columns', 'session=visit, item=thing');
      await page.setInputFiles('#file', file('export.json', rows));
      await read(page, 'export.json');
      assert.equal((await numbersOf(page)).sessions, '2');
      await page.fill('#columns', 'what=visit');
      await page.setInputFiles('#file', file('export.json', rows));
      const alert = page.locator('.pick [role="alert"]');
      await alert.waitFor();
      assert.match(await alert.innerText(), /unknown field `what`; expected item, session/);
    }));

  test('a feed beside the log says which products are known, and draws categories', () =>
    lookAt(shop, async ({ page }) => {
      const ids = [...new Set([...events(3000)].map(({ item_id }) => item_id))];
      const rows = ids.map((id, at) => `shop-${id},${id},Thing ${id},Kind ${at % 3}\n`);
      const feed = file('products.csv', `product_id,sku,title,category\n${rows.join('')}`);
      await page.setInputFiles('#feed', feed);
      await page.setInputFiles('#file', file('log.csv', [...csv(events(3000))].join('')));
      await read(page, 'log.csv');
      const tables = (await page.locator('.tables').allInnerTexts()).join(' ');
      assert.match(tables, /Feed: id\s+sku/, 'the column whose ids the log has');
      assert.match(tables, /Feed: category\s+category/);
      await page.setInputFiles('#feed', file('no-feed.csv', 'colour,shape\nred,round\n'));
      await page.setInputFiles('#file', file('log.csv', [...csv(events(300))].join('')));
      const alert = page.locator('.pick [role="alert"]', { hasText: 'no-feed.csv was not read' });
      await alert.waitFor();
      assert.match(await alert.innerText(), /no column for `id`/);
    }));

  test('every figure is saved as a picture, a drawing and its numbers', () =>
    lookAt(shop, async ({ page }) => {
      await page.setInputFiles('#file', small());
      await read(page, 'small.csv');
      for (const id of ['session-length', 'matrix']) {
        const title = await page.locator(`#title-${id}`).innerText();
        const save = async (kind) => {
          const coming = page.waitForEvent('download');
          await page.getByRole('button', { name: `Save ${title} as ${kind}`, exact: true }).click();
          const download = await coming;
          assert.equal(download.suggestedFilename(), `${id}.${kind.toLowerCase()}`);
          return readFileSync(await download.path());
        };
        const svg = String(await save('SVG'));
        const problem = await page.evaluate(
          (text) =>
            new DOMParser().parseFromString(text, 'image/svg+xml').querySelector('parsererror')
              ?.textContent,
          svg,
        );
        assert.equal(problem, undefined);
        assert.ok(svg.includes(`<title>${title}</title>`));
        assert.doesNotMatch(svg, /="[^"]*(var\(|currentColor)/, 'no colour hangs on the page');
        const width = Number(svg.match(/width="([\d.]+)"/)[1]);
        const png = await save('PNG');
        assert.equal(png.subarray(0, 8).toString('hex'), '89504e470d0a1a0a');
        assert.equal(png.readUInt32BE(16), 2 * width, 'twice as wide');
        assert.ok(png.length > 5000, `${png.length} bytes`);
        const lines = String(await save('CSV'))
          .trimEnd()
          .split('\r\n');
        assert.ok(lines.length > 1 && lines.every((line) => line.includes(',')), lines[0]);
      }
    }));

  test('choosing a file and reading its figures goes by keyboard', () =>
    lookAt(shop, async ({ page }) => {
      const choosing = page.waitForEvent('filechooser');
      await page.focus('h1');
      await page.keyboard.press('Tab');
      assert.equal(await page.evaluate(() => document.activeElement.id), 'file');
      await page.keyboard.press('Enter');
      await (await choosing).setFiles(small());
      await read(page, 'small.csv');
      assert.equal(
        await page.evaluate(() => document.activeElement.tagName),
        'H1',
        'what was found is announced',
      );
      const focused = () => page.evaluate(() => document.activeElement.id);
      for (let i = 0; i < 60 && (await focused()) !== 'plot-session-length'; i++) {
        await page.keyboard.press('Tab');
      }
      assert.equal(await focused(), 'plot-session-length');
      await page.keyboard.press('ArrowRight');
      const said = page.locator('.figure:has(#plot-session-length) [aria-live]');
      assert.match(await said.innerText(), /events in a session: \d.*sessions: /);
      await page.locator('#plot-session-length svg g[aria-label="tip"] tspan').first().waitFor();
      const before = await said.innerText();
      await page.keyboard.press('ArrowRight');
      assert.notEqual(await said.innerText(), before);
      await page.keyboard.press('Tab');
      await page.keyboard.press('Tab');
      assert.match(
        await page.evaluate(() => document.activeElement.getAttribute('aria-label')),
        /^Save .* as SVG$/,
      );
    }));

  test('figures are drawn anew in the colours that one turns to', () =>
    lookAt(
      shop,
      async ({ page }) => {
        await page.setInputFiles('#file', small());
        await read(page, 'small.csv');
        const bar = page.locator('#plot-session-length svg g[aria-label="rect"]');
        const colour = () => bar.evaluate((element) => getComputedStyle(element).fill);
        const light = await colour();
        await page.click('#theme');
        assert.notEqual(await colour(), light);
      },
      { context: { colorScheme: 'light' } },
    ));
}
