"""Tunes the peers on one split, measures them and Vicino on another, and says how sure the figures are.

  compare.py tune FOLDER [NAME...]   chooses settings on FOLDER/validation, as splits.py writes it, into FOLDER/tuned.json
  compare.py test FOLDER [NAME...]   measures them on FOLDER/test with Vicino's lists, FOLDER/test/{all,new}.csv, into
                                     FOLDER/compared.json

NAMEs are peers that are left out, because their packages are not there.
"""

import json
import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

from cases import AT, Split, measure
from peers import PEERS, Lists, climb

SEED = 1
RESAMPLES = 1_000
# Shoppers of the validation period that settings are chosen on, at most.
MOST_TUNED_ON = 2_000
VIEWS = ("all", "new")
# What Vicino is held against; the others are shown for what they tell.
RIVALS = ("popularity", "cosine", "bm25", "ease")


def taking_part(left_out):
    return {name: peer for name, peer in PEERS.items() if name not in left_out}


def quality(split, lists):
    """Samples by view and metric."""
    return {"all": measure(split, lists.everything, False), "new": measure(split, lists.new, True)}


def objective(samples):
    return float(np.nanmean(samples["recall"]) + np.nanmean(samples["ndcg"]))


def tune(peer, split):
    """The best settings for each view, and every one that was tried."""
    tried = {}

    def of_view(view):
        def value(settings):
            key = json.dumps(settings, sort_keys=True)
            if key not in tried:
                samples = quality(split, peer.lists(split, **settings))
                tried[key] = {one: objective(samples[one]) for one in VIEWS}
            return tried[key][view]

        return value

    best = {view: climb(peer.grid, of_view(view)) for view in VIEWS}
    return best, [{"settings": json.loads(key), **values} for key, values in tried.items()]


def read_lists(split, folder):
    """Vicino's lists, as item numbers of the split."""
    rows = {row_id: row for row, row_id in enumerate(split.row_ids)}

    def read(name):
        table = pd.read_csv(folder / name, dtype={"row_id": str, "item_id": str})
        lists = np.full((len(rows), AT), -1)
        lists[table["row_id"].map(rows), table["rank"] - 1] = table["item_id"].map(split.number_of)
        return lists

    return Lists(read("all.csv"), read("new.csv"))


def bootstrap(samples, own):
    """Mean and 95 % interval of each method's samples, and of Vicino's lead over it; shoppers drawn with replacement."""
    kept = ~np.isnan(samples[own])
    values = np.stack([one[kept] for one in samples.values()])
    num = values.shape[1]
    random = np.random.default_rng(SEED)
    means = np.stack([values[:, random.integers(num, size=num)].mean(axis=1) for _ in range(RESAMPLES)])
    at = list(samples).index(own)
    figures = {}
    for row, name in enumerate(samples):
        lead = means[:, at] - means[:, row]
        figures[name] = {
            "mean": values[row].mean(),
            "interval": np.percentile(means[:, row], [2.5, 97.5]).tolist(),
            "lead": values[at].mean() - values[row].mean(),
            "lead_interval": np.percentile(lead, [2.5, 97.5]).tolist(),
        }
    return num, figures


def tune_all(folder, left_out):
    split = Split(folder / "validation")
    if len(split.shoppers) > MOST_TUNED_ON:
        drawn = np.random.default_rng(SEED).choice(len(split.shoppers), MOST_TUNED_ON, replace=False)
        split.keep(np.sort(drawn))
    peers = {}
    for name, peer in taking_part(left_out).items():
        start = time.perf_counter()
        best, tried = tune(peer, split)
        seconds = time.perf_counter() - start
        peers[name] = {"title": peer.title, "best": best, "tried": tried, "seconds": seconds}
        print(f"  {peer.title}: {best}, {len(tried)} settings, {seconds:.0f} s", file=sys.stderr)
    (folder / "tuned.json").write_text(json.dumps({"tuned_on": len(split.shoppers), "peers": peers}))


def test_all(folder, left_out):
    split = Split(folder / "test")
    tuned = json.loads((folder / "tuned.json").read_text())
    measured = {"vicino": quality(split, read_lists(split, folder / "test"))}
    for name, peer in taking_part(left_out).items():
        best = tuned["peers"][name]["best"]
        both = {view: quality(split, peer.lists(split, **best[view])) for view in VIEWS}
        measured[name] = {view: both[view][view] for view in VIEWS}
    views = {}
    for view in VIEWS:
        views[view] = {}
        for metric in ("recall", "ndcg"):
            samples = {name: of_views[view][metric] for name, of_views in measured.items()}
            views[view]["shoppers"], views[view][metric] = bootstrap(samples, "vicino")

    def rounded(values):
        return [None if np.isnan(one) else round(float(one), 5) for one in values]

    samples = {
        name: {view: {metric: rounded(values) for metric, values in both.items()} for view, both in of_views.items()}
        for name, of_views in measured.items()
    }
    ease_items = min(PEERS["ease"].MOST, split.num_items)
    compared = {**tuned, "rivals": [name for name in RIVALS if name not in left_out], "ease_items": ease_items, "views": views, "samples": samples}
    (folder / "compared.json").write_text(json.dumps(compared))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["tune", folder, *left_out]:
            tune_all(Path(folder), left_out)
        case ["test", folder, *left_out]:
            test_all(Path(folder), left_out)
        case _:
            sys.exit(__doc__)
