"""One split in numbers: matrices of who bought what, and how well lists hit the next baskets."""

from pathlib import Path

import numpy as np
import pandas as pd
import scipy.sparse as sp

# Cut-off of every metric.
AT = 20


class Split:
    """Training baskets and the cases that follow them.

    `cases` are rows of `shoppers x items` matrices; items that only a target names have numbers beyond `num_items`.
    """

    def __init__(self, folder):
        folder = Path(folder)
        train = pd.read_csv(folder / "train.csv", dtype=str)
        cases = pd.read_csv(folder / "cases.csv", dtype=str)
        shopper, shopper_ids = pd.factorize(train["customer_id"])
        basket, _ = pd.factorize(train["order_id"])
        item, self.item_ids = pd.factorize(train["product_id"])
        self.num_items = len(self.item_ids)
        self.number_of = {item_id: number for number, item_id in enumerate(self.item_ids)}
        shape = (len(shopper_ids), self.num_items)
        ones = np.ones(len(train), dtype=np.float32)
        # In how many baskets a shopper bought an item; which items a basket holds.
        self.counts = sp.coo_matrix((ones, (shopper, item)), shape=shape).tocsr()
        self.baskets = sp.coo_matrix((ones, (basket, item)), shape=(basket.max() + 1, self.num_items)).tocsr()
        self.days_old = days_before_last(train["order_time"])
        self.events = (shopper, item)

        numbers = {shopper_id: number for number, shopper_id in enumerate(shopper_ids)}
        self.row_ids = cases["row_id"].to_numpy()
        self.shoppers = np.array([numbers[row] for row in self.row_ids])
        self.targets = [
            np.array([self.number_of.get(item_id, self.num_items) for item_id in target.split()], dtype=np.int64)
            for target in cases["target"]
        ]

    def keep(self, at):
        """Leaves only the cases at these positions."""
        self.row_ids, self.shoppers = self.row_ids[at], self.shoppers[at]
        self.targets = [self.targets[one] for one in at]

    def bought(self, case):
        """The items that the shopper of a case has bought."""
        row = self.shoppers[case]
        return self.counts.indices[self.counts.indptr[row] : self.counts.indptr[row + 1]]

    def weighted(self, weights):
        """`shoppers x items` with each item counted `once`, by `basket`, or by the logarithm (`log`) of that."""
        matrix = self.counts.copy()
        if weights == "once":
            matrix.data[:] = 1
        elif weights == "log":
            matrix.data = np.log1p(matrix.data)
        return matrix

    def popularity(self, days=None):
        """Shoppers' baskets by item, of the last `days` only if given; ties broken by those before."""
        _, item = self.events
        always = np.bincount(item, minlength=self.num_items).astype(np.float64)
        if days is None:
            return always
        lately = np.bincount(item[self.days_old < days], minlength=self.num_items)
        return lately + always / (always.sum() + 1)


def days_before_last(times):
    times = pd.to_datetime(times)
    return ((times.max() - times) / pd.Timedelta(days=1)).to_numpy()


def top(scores, exclude=None):
    """The AT best items of each row of dense scores, best first, ties by number; `exclude` (CSR) is never listed."""
    if exclude is not None:
        rows = np.repeat(np.arange(exclude.shape[0]), np.diff(exclude.indptr))
        scores[rows, exclude.indices] = -np.inf
    best = np.argpartition(-scores, AT, axis=1)[:, : AT + 1]
    best.sort(axis=1)
    order = np.argsort(-np.take_along_axis(scores, best, axis=1), axis=1, kind="stable")[:, :AT]
    return np.take_along_axis(best, order, axis=1)


def measure(split, lists, only_new):
    """Recall@20 and NDCG@20 of each case; `nan` for cases whose basket has nothing that counts.

    With `only_new` what counts are the items that the shopper had never bought. Items that nobody had bought before
    count, too, and cannot be hit.
    """
    gains = 1 / np.log2(np.arange(2, AT + 2))
    ideal = np.concatenate([[0], np.cumsum(gains)])
    recall = np.full(len(split.targets), np.nan)
    ndcg = np.full(len(split.targets), np.nan)
    for case, target in enumerate(split.targets):
        if only_new:
            target = target[~np.isin(target, split.bought(case))]
        if len(target) > 0:
            hit = np.isin(lists[case], target[target < split.num_items])
            recall[case] = hit.sum() / len(target)
            ndcg[case] = gains[: len(hit)][hit].sum() / ideal[min(AT, len(target))]
    return {"recall": recall, "ndcg": ndcg}
