// Numbers that this package and the WebAssembly module must agree on; src/rank/words.rs defines them.

/** Number of an id that the model does not know, and of a value that is not known. */
export const UNKNOWN = 0xffffffff;

/** Numbers of the columns of the catalogue. */
export const CATEGORY = 0;
export const BRAND = 1;
export const TAGS = 2;
export const PRICE = 3;
export const STOCK = 4;
/** Number that a filter has for the item itself, in place of a column. */
export const ITEM = 6;

/** Instructions of a filter. */
export const IS_ONE_OF = 0;
export const HAS_PRICE = 1;
export const HAS_STOCK = 2;
export const AND = 3;
export const OR = 4;
export const NOT = 5;

/** Numbers of the sources of a list's scores. */
export const SOURCES = {
  forYou: 0,
  related: 1,
  boughtTogether: 2,
  similar: 3,
  trending: 4,
  recentlyViewed: 5,
  buyItAgain: 6,
} as const;

/** Numbers in place of the kind of an event: the shopper does not want the item, or it was shown and ignored. */
export const NOT_WANTED = 3;
export const SHOWN = 4;

/** Flags of a request. */
export const INCLUDE_SEEN = 1;
export const EXPLAIN = 2;
export const HAS_SEED = 4;
export const APART = 8;
export const NO_FILLING = 16;

/** Bit of a number of reasons: the shop chose the item. */
export const CURATED = 0x80000000;

const scratch = new Float32Array(1);
const scratchBits = new Uint32Array(scratch.buffer);

/** Returns the bits of a number as an `f32`. */
export function bits(value: number): number {
  scratch[0] = value;
  return scratchBits[0] as number;
}
