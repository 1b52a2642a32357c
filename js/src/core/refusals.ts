// Messages for models that cannot be opened; loaded when there is one.
import type { ErrorCode } from './errors.js';

/** Error of the WebAssembly module about a model: a code, a section, its byte, a number found and a number expected. */
export type Refusal = [ErrorCode, string, number, number, number];

const REFUSALS: Partial<Record<ErrorCode, (...refusal: Refusal) => string>> = {
  'model-empty': () => 'the model is empty (0 bytes); check the file, or what the server sends',
  'model-foreign': () => 'not a vicino model; check the address, and that it is sent as binary',
  'not-a-model': () => 'not a vicino model: it is a web page (HTML); check the address',
  'model-newer': (_, section, __, major, minor) =>
    `${section ? `section \`${section}\`` : `format ${major}.${minor}`} is newer than this version; update vicino`,
  'model-truncated': (_, __, ___, found, expected) =>
    `the model has ${found} bytes, expected ${expected}: its end is missing; download it again`,
  'model-corrupt': (_, section, offset, found, expected) =>
    section
      ? `section \`${section}\` at byte ${offset} is damaged; download the model again, \`vicino inspect\` says more`
      : `the model has ${found} bytes, expected ${expected}; download it again`,
};

/** Describes a refusal of these bytes; `undefined` for an unknown code. */
export const message = (refusal: Refusal, bytes: Uint8Array): string | undefined =>
  refusal[0] === 'model-foreign' && bytes[0] === 0x1f && bytes[1] === 0x8b
    ? 'not a vicino model, but gzip; unpack it, or send it with `content-encoding: gzip`'
    : REFUSALS[refusal[0]]?.(...refusal);
