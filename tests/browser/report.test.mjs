// The command's report in a real browser: its own script runs, and what else gets into the page does not.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { chromeArgs, chromePath, root } from '../../scripts/lib.mjs';
import { madeUpLog } from '../../scripts/made-up-log.mjs';

let folder;
let report;
let browser;

before(async () => {
  folder = mkdtempSync(join(tmpdir(), 'vicino-report-'));
  const log = join(folder, 'log.csv');
  writeFileSync(log, madeUpLog(60));
  report = join(folder, 'report.html');
  execFileSync(`${root}/target/release/vicino`, ['explore', log, '-o', report, '--quiet']);
  browser = await chromium.launch({ executablePath: chromePath(), args: chromeArgs });
});
after(async () => {
  await browser?.close();
  rmSync(folder, { recursive: true, force: true });
});

test('a figure is saved by the script of the report', async () => {
  const page = await browser.newPage();
  const logged = [];
  page.on('console', (message) => logged.push(message.text()));
  await page.goto(pathToFileURL(report).href);
  const button = page.locator('[data-save="csv"]').first();
  const [saved] = await Promise.all([page.waitForEvent('download'), button.click()]);
  assert.match(saved.suggestedFilename(), /\.csv$/);
  assert.deepEqual(logged, []);
  await page.close();
});

test('a script that is not of the report does not run', async () => {
  const forged = join(folder, 'forged.html');
  const added =
    '<base href="http://127.0.0.1:9/"><script>document.title="ran"</script><img src="x" onerror="document.title=1">';
  writeFileSync(forged, readFileSync(report, 'utf8').replace('<main', `${added}<main`));
  const page = await browser.newPage();
  const refused = [];
  page.on('console', (message) => refused.push(message.text()));
  await page.goto(pathToFileURL(forged).href);
  const title = await page.title();
  assert.ok(!['ran', '1'].includes(title), title);
  assert.ok(
    refused.some((text) => /base-uri/.test(text)),
    refused.join('\n'),
  );
  assert.ok(
    refused.some((text) => /script-src/.test(text)),
    refused.join('\n'),
  );
  await page.close();
});
