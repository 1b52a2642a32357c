// Plain JavaScript over JSON: what one writes in an afternoon. Lists of pairs, a Map of scores, a sort.

export async function load() {
  const response = await fetch('/data/neighbours.json');
  const { ids, decay, neighbours } = await response.json();
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
        for (const [item, weight] of neighbours[seen]) {
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
