// JavaScript tuned by hand: typed arrays straight from a binary file, scores in one array, the best k kept as they
// come. With `kept` the rows that were worked out last stay, as they do in Vicino.

/** Opens an address, or the bytes of its file. */
export async function load(source, options) {
  const isKept = options?.kept ?? false;
  if (typeof source !== 'string') return from(source.buffer, isKept);
  const response = await fetch(source);
  return from(await response.arrayBuffer(), isKept);
}

function from(file, isKept) {
  const [numItems, numEdges, window, numIdBytes, width] = new Uint32Array(file, 0, 5);
  const [share] = new Float32Array(file, 20, 1);
  let at = 24;
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
  const sums = new Float32Array(numItems);
  const reached = new Uint32Array(numItems);
  const inverseSums = new Float32Array(numItems);
  for (let row = 0; row < numItems; row++) {
    let sum = 0;
    for (let edge = offsets[row]; edge < offsets[row + 1]; edge++) sum += weights[edge];
    inverseSums[row] = sum > 0 ? 1 / sum : 0;
  }
  const limits = new Float32Array(numItems);
  let history = [];

  /**
   * Works out a row with its second hop: fills `reached` and `sums`, gives how many and the least weight that counts.
   */
  function workOut(row) {
    let num = 0;
    const end = offsets[row + 1];
    for (let edge = offsets[row]; edge < end; edge++) {
      const first = columns[edge];
      const weight = weights[edge];
      if (sums[first] === 0) reached[num++] = first;
      sums[first] += weight;
      const factor = share * weight * inverseSums[first];
      const secondEnd = offsets[first + 1];
      for (let second = offsets[first]; second < secondEnd; second++) {
        const item = columns[second];
        if (sums[item] === 0) reached[num++] = item;
        sums[item] += factor * weights[second];
      }
    }
    sums[row] = 0;
    let least = 0;
    if (width > 0 && num > width) {
      for (let i = 0; i < num; i++) limits[i] = sums[reached[i]];
      // The sort of typed arrays is numeric and in place.
      least = limits.subarray(0, num).sort()[num - width];
    }
    return [num, least];
  }

  /** Adds a row to the scores; `num` items are touched already. */
  function addRow(row, factor, num) {
    let numTouched = num;
    const [numReached, least] = workOut(row);
    for (let i = 0; i < numReached; i++) {
      const item = reached[i];
      const weight = sums[item];
      sums[item] = 0;
      if (weight > 0 && weight >= least) {
        if (scores[item] === 0) touched[numTouched++] = item;
        scores[item] += factor * weight;
      }
    }
    return numTouched;
  }

  const kept = new Map();
  /** The same, from rows that are kept: a `Uint32Array` and a `Float32Array` each. */
  function addKept(row, factor, num) {
    let entry = kept.get(row);
    if (!entry) {
      const [numReached, least] = workOut(row);
      const found = [...reached.subarray(0, numReached)].filter(
        (item) => sums[item] > 0 && sums[item] >= least,
      );
      entry = [Uint32Array.from(found), Float32Array.from(found, (item) => sums[item])];
      for (let i = 0; i < numReached; i++) sums[reached[i]] = 0;
      if (kept.size === 64) kept.delete(kept.keys().next().value);
      kept.set(row, entry);
    }
    const [rowItems, rowWeights] = entry;
    let numTouched = num;
    for (let i = 0; i < rowItems.length; i++) {
      const item = rowItems[i];
      if (scores[item] === 0) touched[numTouched++] = item;
      scores[item] += factor * rowWeights[i];
    }
    return numTouched;
  }

  const add = isKept ? addKept : addRow;
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
        numTouched = add(history[position], decay[position], numTouched);
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
