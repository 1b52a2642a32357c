// After the documentation's snippet for the worker, which has loaded `shop` and recorded sku-1.
import { VicinoError } from 'vicino/worker';
import { say, until } from './wait.js';

export const check = (Recommender, shop, rail) =>
  say(async () => {
    const refusal = (promise) =>
      promise.then(
        () => undefined,
        ({ name, code, message, ...more }) => ({ name, code, message, ...more }),
      );
    let changes = 0;
    const stop = shop.history.subscribe(() => changes++);
    await shop.record({ item: 'sku-2', kind: 'cart' });
    await until(() => changes > 0);
    stop();
    const heard = [];
    const end = shop.subscribe((...changed) => heard.push(...changed));
    const bytes = await (await fetch('./shop.vicino')).arrayBuffer();
    const second = await Recommender.load(bytes, { storage: 'memory' });
    const controller = new AbortController();
    const aborted = refusal(Recommender.load('./shop.vicino', { signal: controller.signal }));
    controller.abort();
    shop.recordImpression(['sku-1', 'sku-2'], { rail: 'top' });
    let sent;
    await shop.metrics.flush((counts) => {
      sent = counts;
    });
    const kept = await refusal(
      shop
        .recordClick('sku-1', { rail: 'top' })
        .then(() => shop.metrics.flush(() => Promise.reject(new TypeError('offline')))),
    );
    const slips = [];
    for (const options of [
      { epsilno: 3 },
      { epsilon: undefined },
      { epsilon: 'three' },
      undefined,
      Promise.resolve({ epsilon: 3 }),
      new (class {
        get epsilon() {
          return 3;
        }
      })(),
      { epsilon: 3, signal: {} },
    ]) {
      let isSent = false;
      const send = () => {
        isSent = true;
      };
      const { code } = (await refusal(shop.metrics.flush(send, options))) ?? {};
      slips.push(isSent || code);
    }
    slips.push(
      (await refusal(shop.metrics.flush('send')))?.code,
      (await shop.metrics.counts()).length,
    );
    const stopWatching = await shop.assertNoNetwork();
    const trending = await shop.trending({ k: 3 });
    await stopWatching();
    const answer = {
      rail: rail.map(({ id }) => id),
      trending: trending.map(({ id }) => id),
      numItems: (await shop.model).numItems,
      heard,
      storage: await shop.history.storage,
      history: (await shop.history.list()).map(({ item }) => item),
      updated: await shop.catalog.update([{ id: 'sku-0', inStock: false }, { id: 'nobody' }]),
      size: await shop.catalog.size,
      detached: bytes.byteLength,
      pages: (await second.page([{ name: 'a', list: 'trending', k: 2 }])).map(({ name }) => name),
      predicate: await refusal(shop.forYou({ where: () => true })),
      unknown: await refusal(shop.forYou({ limit: 3 })),
      isOurs: await shop.forYou({ limit: 3 }).catch((error) => error instanceof VicinoError),
      missing: await refusal(Recommender.load('./nothing.vicino')),
      aborted: await aborted,
      sent,
      slips,
      kept,
    };
    await shop.record({ item: 'sku-2', kind: 'cart', rating: 4 });
    await until(() => heard.includes('history'));
    end();
    second.free();
    answer.freed = await refusal(second.forYou());
    return answer;
  });
