"""Cleans Online Retail II with pandas and compares with what `vicino train` left out, rule by rule and row by row.

    vicino train EVENTS.parquet -o /tmp/m.vicino --no-tune --report report.json --keep-rejects rejects.csv
    python tests/independent/online_retail.py EVENTS.parquet report.json rejects.csv [PRODUCTS.parquet]

With the products it also says which codes the rule of non-products takes, against the mark `is_product_code`.
"""

import json
import sys

import pandas as pd

import rules


def main(events, report, rejects, products=None):
    log = pd.read_parquet(events)
    names = {"item_id": "item", "session_id": "session", "user_id": "shopper", "event_type": "event"}
    log = log.rename(columns=names).assign(time=log.ts * 1000)
    reason = rules.clean(log)
    reason.index += 1
    found = pd.read_csv(rejects, usecols=["line", "reason", "item"], dtype={"item": str}, keep_default_na=False)
    same = rules.compare(reason, found, json.load(open(report)))
    if products:
        marks = pd.read_parquet(products).set_index("item_id").is_product_code
        taken = found[found.reason == "non_product"].groupby("item").size()
        bought = log[(log.event == "purchase") & (log.quantity > 0)].groupby("item").size()
        others = [item for item in marks.index[~marks] if item not in taken.index and item in bought.index]
        print("taken, marked as a product:", dict(taken[[item for item in taken.index if marks[item]]]))
        print("taken, not marked as a product:", dict(taken[[item for item in taken.index if not marks[item]]]))
        print("bought and kept, not marked as a product:", dict(bought[others]))
    print("both sides agree" if same else "THE SIDES DIFFER")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
