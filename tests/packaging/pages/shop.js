// The recommender of a page, in a worker if its address says so.
import { Recommender } from 'vicino';
import { Recommender as InWorker } from 'vicino/worker';

const { load } = location.search === '?worker' ? InWorker : Recommender;
export const shop = await load.call(Recommender, './shop.vicino', { storage: 'memory' });
export const options = { k: 4, where: { inStock: true } };
