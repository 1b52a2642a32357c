import { readFileSync } from 'node:fs';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'vitest';
import { VicinoError } from '../dist/node.js';

/** The bytes of a model of 12 items. */
export const tiny = (): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(new URL('../../tests/web/tiny.vicino', import.meta.url)));

/** Serves on a free port while `use` runs. */
export async function serve<T>(
  listener: RequestListener,
  use: (origin: string) => Promise<T>,
): Promise<T> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
}

/** Returns the error of a call, which must be a VicinoError. */
export async function failure(call: () => unknown): Promise<VicinoError> {
  try {
    await call();
  } catch (error) {
    expect(error).toBeInstanceOf(VicinoError);
    return error as VicinoError;
  }
  throw new Error('expected an error');
}
