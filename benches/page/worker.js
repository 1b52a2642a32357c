// Decodes in a worker what measure.js decodes in the page.
import './measure.js';

addEventListener('message', async ({ data }) => {
  postMessage(await globalThis.bench.bytesToList(...data));
});
