// The lists that the suite compares; the same code runs in Node and in every engine.

/** Remembers these items as viewed, an hour apart, the last an hour ago. */
export async function view(shop, items, now = Date.now()) {
  for (const [at, item] of items.entries()) {
    await shop.record({ item, at: now - (items.length - at) * 3_600_000 });
  }
}

/** The ids of every list, in order. */
export function lists(shop, [item, ...more]) {
  const ids = (list) => list.map(({ id }) => id);
  return {
    forYou: ids(shop.forYou({ k: 20 })),
    forYouSeeded: ids(shop.forYou({ k: 20, seed: 7 })),
    related: ids(shop.related(item, { k: 20 })),
    together: ids(shop.boughtTogether([item, ...more], { k: 20 })),
    trending: ids(shop.trending({ k: 20 })),
  };
}
