// Trains a model when a site is built, and again only if the log, the feed, the options or the version changed.
import { createHash } from 'node:crypto';
import { createReadStream, existsSync } from 'node:fs';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { train } from 'vicino/train';

const { version } = createRequire(import.meta.url)('vicino/package.json');

/** The bytes of the model of a log; `options` are those of `train`, and `catalog` among them is a path. */
export async function modelOf(events, { cache = 'node_modules/.cache/vicino', ...options } = {}) {
  const hash = createHash('sha256').update(JSON.stringify([version, options]));
  for (const file of [events, options.catalog]) {
    if (!file) continue;
    hash.update(basename(file));
    for await (const bytes of createReadStream(file)) hash.update(bytes);
  }
  const path = join(cache, `${hash.digest('hex').slice(0, 32)}.vicino`);
  if (existsSync(path)) return readFile(path);
  const { model } = await train(events, options);
  await mkdir(cache, { recursive: true });
  // Another build may read at the same time.
  await writeFile(`${path}.${process.pid}`, model);
  await rename(`${path}.${process.pid}`, path);
  return model;
}

/** A plugin for Vite that puts the model beside the pages, as `shop.vicino`; it also answers the server for developing. */
export function vicinoModel(events, { fileName = 'shop.vicino', ...options } = {}) {
  let model;
  const made = () => {
    model ??= modelOf(events, options);
    return model;
  };
  return {
    name: 'vicino-model',
    applyToEnvironment: ({ name }) => name === 'client',
    async generateBundle() {
      this.emitFile({ type: 'asset', fileName, source: await made() });
    },
    configureServer({ middlewares }) {
      middlewares.use(`/${fileName}`, async (_request, response, next) => {
        try {
          response.setHeader('content-type', 'application/octet-stream').end(await made());
        } catch (error) {
          next(error);
        }
      });
    },
  };
}
