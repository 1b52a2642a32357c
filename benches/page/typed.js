// JavaScript tuned by hand: typed arrays straight from a binary file, scores in one array, the best k kept as they come.

export async function load() {
  const response = await fetch('/data/neighbours.bin');
  const file = await response.arrayBuffer();
  const [numItems, numEdges, window, numIdBytes] = new Uint32Array(file, 0, 4);
  let at = 16;
  const take = (Type, length) => {
    const array = new Type(file, at, length);
    at += array.byteLength;
    return array;
  };
  const offsets = take(Uint32Array, numItems + 1);
  const columns = take(Uint32Array, numEdges);
  const weights = take(Float32Array, numEdges);
  const decay = take(Float32Array, window);
  const ids = new TextDecoder().decode(take(Uint8Array, numIdBytes)).split('\n');
  const items = new Map(ids.map((id, item) => [id, item]));
  const scores = new Float32Array(numItems);
  const touched = new Uint32Array(numItems);
  let history = [];
  return {
    /** Makes `names` (newest first) the history. */
    async remember(names) {
      history = names.map((id) => items.get(id)).filter((item) => item !== undefined);
    },
    /** @param {number} k */
    rank(k) {
      let numTouched = 0;
      const end = Math.min(history.length, decay.length);
      for (let position = 0; position < end; position++) {
        const row = history[position];
        const factor = decay[position];
        for (let edge = offsets[row]; edge < offsets[row + 1]; edge++) {
          const item = columns[edge];
          if (scores[item] === 0) touched[numTouched++] = item;
          scores[item] += Math.fround(factor * weights[edge]);
        }
      }
      for (const seen of history) scores[seen] = 0;
      const best = [];
      for (let i = 0; i < numTouched; i++) {
        const item = touched[i];
        const score = scores[item];
        scores[item] = 0;
        if (score > 0) insert(best, k, item, score);
      }
      return best.map(({ item, score }) => ({ id: ids[item], score }));
    },
  };
}

/** Puts an item into the list of the best k, kept in order. */
function insert(best, k, item, score) {
  const comesBefore = (other) =>
    score > other.score || (score === other.score && item < other.item);
  if (best.length === k) {
    if (!comesBefore(best[k - 1])) return;
    best.pop();
  }
  let place = best.length;
  while (place > 0 && comesBefore(best[place - 1])) place--;
  best.splice(place, 0, { item, score });
}
