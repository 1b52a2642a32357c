// Plain JavaScript over JSON, as written in an afternoon: lists of pairs, a Map of scores, a sort.

/** Opens an address, or the bytes of its file. */
export async function load(source) {
  if (typeof source !== 'string') return from(JSON.parse(new TextDecoder().decode(source)));
  const response = await fetch(source);
  return from(await response.json());
}

function from({ ids, decay, hop, neighbours }) {
  const items = new Map(ids.map((id, item) => [id, item]));
  let history = [];
  return {
    /** Makes `names` (newest first) the history. */
    async remember(names) {
      history = names.map((id) => items.get(id)).filter((item) => item !== undefined);
    },
    /** @param {number} k */
    rank(k) {
      const scores = new Map();
      for (const [position, seen] of history.slice(0, decay.length).entries()) {
        for (const [item, weight] of row(neighbours, seen, hop)) {
          scores.set(item, (scores.get(item) ?? 0) + decay[position] * weight);
        }
      }
      for (const seen of history) scores.delete(seen);
      return [...scores]
        .sort(([a, x], [b, y]) => y - x || a - b)
        .slice(0, k)
        .map(([item, score]) => ({ id: ids[item], score }));
    },
  };
}

/** The neighbours of an item and, a little, theirs. */
function row(neighbours, item, { share, width }) {
  if (share === 0) return neighbours[item];
  const sums = new Map(neighbours[item]);
  for (const [first, weight] of neighbours[item]) {
    const total = neighbours[first].reduce((sum, [, other]) => sum + other, 0);
    for (const [second, other] of neighbours[first]) {
      sums.set(second, (sums.get(second) ?? 0) + (share * weight * other) / total);
    }
  }
  sums.delete(item);
  const all = [...sums];
  return width > 0 && all.length > width
    ? all.sort(([a, x], [b, y]) => y - x || a - b).slice(0, width)
    : all;
}
