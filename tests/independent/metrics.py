"""Checks the metrics of `vicino evaluate --lists` against ir-measures (trec_eval) on random runs.

    python -m venv venv && venv/bin/pip install ir-measures numpy
    venv/bin/python tests/independent/metrics.py target/release/vicino

Every run has lists of several lengths, rows with one and with many relevant items, rows without a list and lists
without a hit. Ends with status 1 if any figure differs by more than 1e-9.

What trec_eval defines otherwise is put into our terms here, from the ranks that it works with:
  HitRate@k  its Success@k
  MAP@k      its AP@k divides by all relevant items, ours by min(k, all relevant items)
  F1@k       it has no mean over lists; made from its P@k and R@k of each list
"""

import csv
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import ir_measures
import numpy as np
from ir_measures import AP, P, R, RR, Qrel, ScoredDoc, Success, nDCG

CUT_OFFS = [1, 3, 5, 10, 20]
NUM_RUNS = 20
TOLERANCE = 1e-9


def random_run(random):
    """Lists and relevant items by row: a shop of 60 items, lists of up to 25."""
    lists, truth = {}, {}
    for row in range(int(random.integers(1, 200))):
        name = f"r{row}"
        size = 1 if random.random() < 0.4 else int(random.integers(1, 30))
        truth[name] = {f"i{item}" for item in random.choice(60, size, replace=False)}
        if random.random() < 0.9:
            length = int(random.integers(1, 26))
            lists[name] = [f"i{item}" for item in random.choice(60, length, replace=False)]
    return lists, truth


def ours(vicino, lists, truth, folder):
    """What the command says, by cut-off and metric."""
    lists_file, truth_file = folder / "lists.csv", folder / "truth.csv"
    with lists_file.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row_id", "rank", "item_id", "score"])
        for name, items in lists.items():
            writer.writerows((name, at + 1, item, 1 / (at + 1)) for at, item in enumerate(items))
    with truth_file.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["row_id", "target"])
        writer.writerows((name, " ".join(sorted(items))) for name, items in truth.items())
    at = ",".join(map(str, CUT_OFFS))
    command = [vicino, "evaluate", "--lists", lists_file, "--test", truth_file, "--at", at, "--draws", "2", "--json"]
    found = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)["lists"]
    by_k = {
        each["k"]: {name: value["value"] for name, value in each.items() if name != "k"} for each in found["at"]
    }
    by_k[1]["accuracy"] = found["accuracy"]["value"]
    return by_k


def theirs(lists, truth):
    """The same by ir-measures, as means over all rows of the truth: a row without a list is 0."""
    qrels = [Qrel(name, item, 1) for name, items in truth.items() for item in items]
    run = [ScoredDoc(name, item, 1000 - at) for name, items in lists.items() for at, item in enumerate(items)]
    found = {}
    for k in CUT_OFFS:
        measures = {"hit_rate": Success @ k, "precision": P @ k, "recall": R @ k, "mrr": RR @ k, "ndcg": nDCG @ k}
        values = {metric: dict.fromkeys(truth, 0.0) for metric in [*measures, "map"]}
        names = {str(measure): metric for metric, measure in [*measures.items(), ("map", AP @ k)]}
        for value in ir_measures.iter_calc([*measures.values(), AP @ k], qrels, run):
            values[names[str(value.measure)]][value.query_id] = value.value
        for name, items in truth.items():
            values["map"][name] *= len(items) / min(k, len(items))
        both = [(values["precision"][name], values["recall"][name]) for name in truth]
        found[k] = {metric: float(np.mean(list(by_row.values()))) for metric, by_row in values.items()}
        found[k]["f1"] = float(np.mean([2 * p * r / (p + r) if p + r > 0 else 0.0 for p, r in both]))
    found[1]["accuracy"] = found[1]["hit_rate"]
    return found


def main():
    vicino = sys.argv[1]
    random = np.random.default_rng(1)
    worst = {}
    with tempfile.TemporaryDirectory() as folder:
        for _ in range(NUM_RUNS):
            lists, truth = random_run(random)
            one, other = ours(vicino, lists, truth, Path(folder)), theirs(lists, truth)
            for k in CUT_OFFS:
                assert one[k].keys() == other[k].keys(), (one[k].keys(), other[k].keys())
                for metric, value in one[k].items():
                    worst[metric] = max(worst.get(metric, 0.0), abs(value - other[k][metric]))
    for metric, difference in sorted(worst.items()):
        print(f"{metric:<10} largest difference {difference:.1e}")
    print(f"{NUM_RUNS} runs, cut-offs {CUT_OFFS}, ir-measures {ir_measures.__version__}")
    sys.exit(any(difference > TOLERANCE for difference in worst.values()))


if __name__ == "__main__":
    main()
