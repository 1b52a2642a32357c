"""Cuts logs of purchases in time: what is learnt from, and the next basket of each known shopper.

  splits.py NAME SOURCE FOLDER   writes FOLDER/{validation,test}/{train,cases}.csv and prints what it did as JSON

A split at a date has all baskets before it as `train.csv` (customer_id, order_id, order_time, product_id) and, for each
shopper with a basket before the date and one in the period after it, the first of the latter as a row of `cases.csv`
(row_id, prefix, target): `prefix` is everything the shopper bought before the date, oldest first, and `target` the
distinct products of that basket. The period of validation ends where the test begins, so that whatever is tuned on it
has not seen a test basket.
"""

import json
import sys
from pathlib import Path

import pandas as pd


def ta_feng(source):
    """Customer, day and product; a basket is what a customer bought in a day, because no receipt is named."""
    log = pd.read_csv(source, encoding="utf-8-sig", dtype=str, usecols=["TRANSACTION_DT", "CUSTOMER_ID", "PRODUCT_ID"])
    time = pd.to_datetime(log["TRANSACTION_DT"], format="%m/%d/%Y")
    order = log["CUSTOMER_ID"] + "-" + time.dt.strftime("%Y%m%d")
    return pd.DataFrame({"customer": log["CUSTOMER_ID"], "order": order, "time": time, "item": log["PRODUCT_ID"]})


def online_retail(source):
    """Purchases with a customer; an invoice is a basket. Postage, fees and the like are nobody's next purchase."""
    log = pd.read_parquet(source, columns=["ts", "user_id", "session_id", "item_id", "event_type", "quantity", "price"])
    is_product = log["item_id"].str.match(r"^\d{5}")
    bought = (log["event_type"] == "purchase") & (log["quantity"] > 0) & (log["price"] > 0)
    log = log[is_product & bought & log["user_id"].notna()]
    time = pd.to_datetime(log["ts"], unit="s")
    # The shop writes the letter of a variant both ways.
    item = log["item_id"].str.upper()
    return pd.DataFrame({"customer": log["user_id"], "order": log["session_id"], "time": time, "item": item})


# Name: reader, start of validation, start of the test, end of the test.
SETS = {
    "ta-feng": (ta_feng, "2001-01-15", "2001-02-01", "2001-03-01"),
    "online-retail-ii": (online_retail, "2011-07-15", "2011-10-01", "2011-12-10"),
}


def baskets(log):
    """One row a basket, oldest first, with its distinct products in the order of the log."""
    log = log.drop_duplicates(["order", "item"])
    grouped = log.groupby("order", sort=False).agg(
        customer=("customer", "first"), time=("time", "min"), items=("item", list)
    )
    return grouped.reset_index().sort_values("time", kind="stable")


def split(all_baskets, start, end, folder):
    """Writes one split; returns its sizes."""
    folder.mkdir(parents=True, exist_ok=True)
    start, end = pd.Timestamp(start), pd.Timestamp(end)
    before = all_baskets[all_baskets["time"] < start]
    after = all_baskets[(all_baskets["time"] >= start) & (all_baskets["time"] < end)]
    train = before.explode("items")
    train = pd.DataFrame(
        {
            "customer_id": train["customer"],
            "order_id": train["order"],
            "order_time": train["time"].dt.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "product_id": train["items"],
        }
    )
    train.to_csv(folder / "train.csv", index=False)

    history = before.groupby("customer", sort=False)["items"].sum()
    following = after[after["customer"].isin(history.index)].drop_duplicates("customer").sort_values("customer")
    targets = following["items"]
    cases = pd.DataFrame(
        {
            "row_id": following["customer"],
            "prefix": history.loc[following["customer"]].map(" ".join).to_numpy(),
            "target": targets.map(" ".join),
        }
    )
    cases.to_csv(folder / "cases.csv", index=False)
    return {
        "from": str(start.date()),
        "until": str(end.date()),
        "train_rows": len(train),
        "train_baskets": len(before),
        "train_shoppers": int(before["customer"].nunique()),
        "train_products": int(train["product_id"].nunique()),
        "cases": len(cases),
        "target_items": float(targets.map(len).mean()),
        "baskets_before": float(before.groupby("customer").size().loc[following["customer"]].mean()),
    }


def main(name, source, folder):
    read, validation, test, end = SETS[name]
    all_baskets = baskets(read(source))
    sizes = {
        "validation": split(all_baskets, validation, test, Path(folder) / "validation"),
        "test": split(all_baskets, test, end, Path(folder) / "test"),
    }
    print(json.dumps(sizes))


if __name__ == "__main__":
    if len(sys.argv) != 4 or sys.argv[1] not in SETS:
        sys.exit(__doc__)
    main(*sys.argv[1:])
