"""What Vicino is compared with: each peer lists 20 items for the cases of a split, under given settings."""

import itertools
import os

import numpy as np
import scipy.sparse as sp

from cases import AT, top

# On a busy machine more threads than cores wait for each other.
THREADS = int(os.environ.get("OPENBLAS_NUM_THREADS", 0))
# Rows that are scored densely at once.
BATCH = 512


class Lists:
    """Two lists for each case: of all items, and of those that the shopper never bought."""

    def __init__(self, everything, new):
        self.everything = everything
        self.new = new


def listed(split, score):
    """Lists from `score(cases)`, dense scores of some cases; ties by popularity."""
    prior = split.popularity()
    prior = (prior / prior.max() * 1e-6).astype(np.float32)
    everything, new = [], []
    for start in range(0, len(split.shoppers), BATCH):
        cases = np.arange(start, min(start + BATCH, len(split.shoppers)))
        scores = np.asarray(score(cases), dtype=np.float32)
        scores = scores / np.maximum(scores.max(axis=1, keepdims=True), 1e-30) + prior
        everything.append(top(scores))
        new.append(top(scores, split.counts[split.shoppers[cases]]))
    return Lists(np.concatenate(everything), np.concatenate(new))


class Popularity:
    """The items in most baskets, of all time or of the last days."""

    title = "popularity"
    grid = {"days": [None, 7, 14, 28, 56]}

    def lists(self, split, days):
        popular = split.popularity(days).astype(np.float32)
        return listed(split, lambda cases: np.tile(popular, (len(cases), 1)))


class Frequency:
    """What this shopper bought in most baskets, fading with age; then what is popular."""

    title = "own most frequent, then popularity"
    grid = {"half_life_days": [None, 14, 28, 56, 112, 224], "days": [7, 28]}

    def lists(self, split, half_life_days, days):
        shopper, item = split.events
        faded = np.ones(len(item)) if half_life_days is None else 0.5 ** (split.days_old / half_life_days)
        own = sp.coo_matrix((faded.astype(np.float32), (shopper, item)), shape=split.counts.shape).tocsr()
        popular = split.popularity(days)
        popular = (popular / popular.max() * 1e-3).astype(np.float32)
        return listed(split, lambda cases: own[split.shoppers[cases]].toarray() + popular)


class Implicit:
    """Item-item neighbours of `implicit`, fitted on shoppers or on baskets, ranked by its own `recommend`."""

    common = {
        "rows": ["shoppers", "baskets"],
        "weights": ["once", "basket", "log"],
        "k": [20, 50, 100, 300, 1_000],
        "filter_already_liked_items": [False, True],
    }

    def lists(self, split, rows, weights, filter_already_liked_items, **settings):
        history = split.weighted(weights)
        model = self.fit(split.baskets if rows == "baskets" else history, **settings)
        new = self.ranked(split, model, history, True)
        return Lists(new if filter_already_liked_items else self.ranked(split, model, history, False), new)

    def ranked(self, split, model, history, only_new):
        items, scores = model.recommend(
            split.shoppers, history[split.shoppers], N=AT, filter_already_liked_items=only_new
        )
        # What it has no score for is padded with anything: popular items instead.
        return filled(split, np.where(scores > 0, items, -1), only_new)


class Cosine(Implicit):
    title = "implicit, cosine"
    grid = Implicit.common

    def fit(self, matrix, k):
        from implicit.nearest_neighbours import CosineRecommender

        model = CosineRecommender(K=k, num_threads=THREADS)
        model.fit(matrix, show_progress=False)
        return model


class Bm25(Implicit):
    title = "implicit, BM25"
    grid = Implicit.common | {"k1": [0.2, 0.5, 1.2, 3.0], "b": [0.0, 0.25, 0.5, 0.75, 1.0]}

    def fit(self, matrix, k, k1, b):
        from implicit.nearest_neighbours import BM25Recommender

        model = BM25Recommender(K=k, K1=k1, B=b, num_threads=THREADS)
        model.fit(matrix, show_progress=False)
        return model


class Ease:
    """EASE (Steck 2019) in closed form over the `MOST` items with the most shoppers, whose square fits in memory."""

    title = "EASE"
    MOST = 8_000
    grid = {"weights": ["once", "basket", "log"], "ridge": [10, 30, 100, 300, 1_000, 3_000, 10_000]}

    def lists(self, split, weights, ridge):
        from scipy.linalg.lapack import spotrf, spotri

        history = split.weighted(weights)
        kept = np.argsort(-np.diff(split.counts.tocsc().indptr), kind="stable")[: self.MOST]
        kept.sort()
        matrix = history[:, kept]
        gram = (matrix.T @ matrix).toarray(order="F").astype(np.float32)
        gram[np.diag_indices_from(gram)] += ridge
        factor, failed = spotrf(gram, lower=0, overwrite_a=1)
        if not failed:
            inverse, failed = spotri(factor, lower=0, overwrite_c=1)
        if failed:
            raise ValueError("the Gram matrix cannot be inverted; take a larger ridge")
        item_item = np.triu(inverse)
        item_item += np.triu(inverse, 1).T
        item_item /= -np.diag(item_item).copy()
        np.fill_diagonal(item_item, 0)

        def score(cases):
            scores = np.full((len(cases), split.num_items), -1e3, dtype=np.float32)
            scores[:, kept] = matrix[split.shoppers[cases]] @ item_item
            return scores

        return listed(split, score)


class Neighbours:
    """User-based neighbours: what the `k` shoppers with the most similar baskets bought, and, with `own`, oneself.

    It needs every shopper's purchases when it ranks, so it can only be run where they are kept.
    """

    title = "user-based neighbours"
    grid = {"weights": ["once", "log"], "k": [50, 100, 300, 1000], "own": [0.0, 0.3, 1.0]}

    def lists(self, split, weights, k, own):
        matrix = split.weighted(weights)
        k = min(k, matrix.shape[0] - 1)
        # Items of many shoppers say little about who is alike.
        rarity = np.log(matrix.shape[0] / np.maximum(np.diff(split.counts.tocsc().indptr), 1))
        weighted = (matrix @ sp.diags_array(rarity.astype(np.float32))).tocsr()
        norms = np.sqrt(np.asarray(weighted.multiply(weighted).sum(axis=1)).ravel())
        weighted = (sp.diags_array((1 / np.maximum(norms, 1e-9)).astype(np.float32)) @ weighted).tocsr()
        transposed = weighted.T.tocsr()

        def score(cases):
            rows = split.shoppers[cases]
            similar = (weighted[rows] @ transposed).toarray()
            similar[np.arange(len(rows)), rows] = 0
            nearest = np.argpartition(-similar, k, axis=1)[:, :k]
            values = np.take_along_axis(similar, nearest, axis=1)
            at = np.repeat(np.arange(len(rows)), k)
            near = sp.csr_matrix((values.ravel(), (at, nearest.ravel())), shape=(len(rows), matrix.shape[0]))
            scores = (near @ matrix).toarray() / np.maximum(values.sum(axis=1, keepdims=True), 1e-9)
            return scores + own * matrix[rows].toarray()

        return listed(split, score)


PEERS = {
    "popularity": Popularity(),
    "cosine": Cosine(),
    "bm25": Bm25(),
    "ease": Ease(),
    "frequency": Frequency(),
    "neighbours": Neighbours(),
}


def filled(split, lists, only_new):
    """Lists with every -1 replaced by the most popular items that are not in the list (or, if asked, not bought)."""
    popular = np.argsort(-split.popularity(), kind="stable")
    for case in np.flatnonzero((lists < 0).any(axis=1)):
        have = lists[case][lists[case] >= 0]
        barred = set(have) | (set(split.bought(case)) if only_new else set())
        rest = itertools.islice((item for item in popular if item not in barred), AT - len(have))
        lists[case] = np.concatenate([have, list(rest)])
    return lists


def climb(grid, value):
    """Coordinate by coordinate, the best choice of each setting until no single change is better.

    Starts in the middle of every list of choices.
    """
    best = {name: choices[len(choices) // 2] for name, choices in grid.items()}
    while True:
        before = dict(best)
        for name, choices in grid.items():
            best = max(({**best, name: choice} for choice in choices), key=value)
        if best == before:
            return best
