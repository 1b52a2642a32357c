// Colours of a product's picture, from who makes it. Same maker, same colours.

/** CSS colours of one drawing. */
export interface Palette {
  /** The package. */
  main: string;
  /** Its shaded side, cap or lid. */
  deep: string;
  /** Its label. */
  pale: string;
  /** Colour of the print on the label. */
  print: string;
  /** Picks one of the small variations, 0 to 2^32 - 1. */
  seed: number;
}

/** FNV-1a: small, even enough to spread makers over the colour wheel. */
export function hash(text: string): number {
  let value = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    value ^= text.charCodeAt(i);
    value = Math.imul(value, 0x01000193);
  }
  return value >>> 0;
}

// Twelve hues that sit well beside one another; a maker gets one of them.
const HUES = [4, 18, 34, 46, 92, 142, 166, 188, 208, 228, 268, 334];

/** Maker 0 is the shop's own brand: always the house green. */
export function paletteOf(maker: number, id: string): Palette {
  const seed = hash(id);
  const spread = hash(`maker ${maker}`);
  const hue = maker === 0 ? 152 : HUES[spread % HUES.length];
  const calm = maker === 0 ? 34 : 46 + ((spread >>> 8) % 20);
  const light = maker === 0 ? 40 : 50 + ((spread >>> 16) % 8);
  return {
    main: `hsl(${hue} ${calm}% ${light}%)`,
    deep: `hsl(${hue} ${calm}% ${light - 16}%)`,
    pale: `hsl(${hue} ${Math.min(70, calm + 10)}% 94%)`,
    print: `hsl(${((hue ?? 0) + (seed % 2 === 0 ? 0 : 150)) % 360} 55% 48%)`,
    seed,
  };
}
