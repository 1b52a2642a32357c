// The page that trains, with a made-up log.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { train } from '../../../js/dist/train-node.js';

const TRAINING_MS = 120_000;

/** Views of shoppers who each like one of four shelves. */
function log() {
  const rows = ['time,event,user_id,session_id,product_id'];
  let state = 1;
  const below = (most) => {
    state = (Math.imul(state, 48_271) >>> 0) % 2_147_483_647;
    return state % most;
  };
  for (let session = 1; session <= 900; session++) {
    const shelf = below(4);
    for (let n = 0; n < 4; n++) {
      const time = new Date(Date.UTC(2026, 0, 1) + session * 600_000 + n * 30_000).toISOString();
      rows.push(`${time},view,u${session % 300},s${session},p${shelf}-${below(12)}`);
    }
  }
  return `${rows.join('\n')}\n`;
}

const sha256 = (bytes) => createHash('sha256').update(bytes).digest('hex');

export function trains(visit) {
  test('the page can connect nowhere and trains the model that the command trains, byte for byte', async () => {
    const { session, shopUrl } = visit();
    await session.go(`${shopUrl}/train/`);
    await session.until(() => document.querySelector('.proof.holds') !== null);
    const send = await session.evaluate(() =>
      fetch('./').then(
        () => 'sent',
        (error) => error.name,
      ),
    );
    assert.equal(send, 'TypeError');
    const ofWorker = await session.evaluate(() => {
      const script = `fetch(${JSON.stringify(location.href)}).then(() => postMessage('sent'), (error) => postMessage(error.name))`;
      const worker = new Worker(URL.createObjectURL(new Blob([script])));
      return new Promise((resolve) => {
        worker.onmessage = ({ data }) => resolve(data);
      });
    });
    assert.equal(ofWorker, 'TypeError');

    const text = log();
    await session.evaluate((content) => {
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([content], 'events.csv'));
      document.body.dispatchEvent(new DragEvent('drop', { dataTransfer, bubbles: true }));
    }, text);
    await session.click('#train:not([disabled])');
    await session.untilFor(
      TRAINING_MS,
      () => document.querySelector('#save-model, #message [role="alert"]') !== null,
    );
    assert.equal(await session.evaluate(() => document.querySelector('#message').innerText), '');
    const hash = await session.evaluate(async () => {
      const make = URL.createObjectURL;
      const saved = new Promise((resolve) => {
        URL.createObjectURL = (blob) => {
          resolve(blob);
          return make.call(URL, blob);
        };
      });
      document.querySelector('#save-model').click();
      const bytes = await (await saved).arrayBuffer();
      URL.createObjectURL = make;
      const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
      return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
    });
    const { model } = await train({ name: 'events.csv', data: new TextEncoder().encode(text) });
    assert.equal(hash, sha256(model));
  });
}
