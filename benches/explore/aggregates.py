"""The aggregates of `vicino explore`, written by hand in polars: what somebody at a notebook would write.

aggregates.py EVENTS PRODUCTS OUT [--without-matrix]  reads both, writes every aggregate as JSON; the nearest products, which
take most of the time, can be left out. The columns are those of Complete Journey.
"""

import json
import sys

import polars as pl

EVENTS, PRODUCTS, OUT = sys.argv[1:4]
WITH_MATRIX = "--without-matrix" not in sys.argv
TOP, NEAREST, MOST_DISTINCT = 16, 10, 40

wanted = ["household_id", "basket_id", "product_id", "quantity", "sales_value", "transaction_timestamp"]
rows = pl.read_parquet(EVENTS, columns=wanted)
# Returns, and purchases for nothing, which cleaning leaves out, too.
events = rows.filter((pl.col("quantity") > 0) & (pl.col("sales_value") > 0))
time = pl.col("transaction_timestamp")
found = {"rows": rows.height, "events": events.height}


def histogram(name, series):
    """Forty bins and the usual quantiles."""
    series = series.drop_nulls().cast(pl.Float64)
    found[name] = {
        "quantiles": [series.quantile(q) for q in (0.5, 0.9, 0.99, 1.0)],
        "mean": series.mean(),
        "bins": series.hist(bin_count=40)["count"].to_list(),
    }


# Over time, within the week.
daily = events.group_by(time.dt.date().alias("day")).len().sort("day")
found["over-time"] = [(str(day), count) for day, count in daily.iter_rows()]
week = events.group_by(time.dt.weekday().alias("weekday"), time.dt.hour().alias("hour")).len().sort("weekday", "hour")
found["week"] = week.rows()
normal = daily.with_columns(pl.col("day").dt.weekday().alias("weekday"))
middle = pl.col("len").median().over("weekday")
off = normal.with_columns(middle.alias("median")).with_columns((pl.col("len") - pl.col("median")).abs().alias("off"))
odd = off.with_columns(pl.col("off").median().over("weekday").alias("mad")).filter(pl.col("off") > 6 * 1.4826 * pl.col("mad"))
found["odd-days"] = [str(day) for day in odd["day"]]

# Lengths, sizes, shoppers, prices.
baskets = events.group_by("basket_id").agg(pl.len().alias("length"), pl.col("product_id").n_unique().alias("size"))
histogram("session-length", baskets["length"])
histogram("basket-size", baskets["size"])
histogram("events-per-shopper", events.group_by("household_id").len()["len"])
histogram("prices", events.filter(pl.col("sales_value") > 0)["sales_value"])

# Popularity and its inequality.
counts = events.group_by("product_id").len().sort("len", descending=True)["len"].cast(pl.Float64)
ascending = counts.reverse()
n, total = counts.len(), counts.sum()
ranks = pl.int_range(1, n + 1, eager=True)
found["popularity"] = {
    "gini": 2 * (ranks * ascending).sum() / (n * total) - (n + 1) / n,
    "head": counts.head(n // 100).sum() / total,
    "curve": counts.gather_every(max(1, n // 200)).to_list(),
}

# Until something is bought again.
again = (
    events.select("household_id", "product_id", time.alias("time"))
    .sort("household_id", "product_id", "time")
    .with_columns(pl.col("time").diff().over("household_id", "product_id").dt.total_hours().alias("hours"))
    .filter(pl.col("hours") >= 12)
)
histogram("repeat-intervals", again["hours"] / 24)

# Prices that jump.
priced = events.filter(pl.col("sales_value") > 0).group_by("product_id")
jumps = priced.agg(pl.col("sales_value").median().alias("median"), pl.col("sales_value").max().alias("most"), pl.len())
found["price-jumps"] = jumps.filter((pl.col("len") >= 5) & (pl.col("most") > 20 * pl.col("median"))).height

# What is new.
first = time.dt.truncate("1w").min()
weeks = events.with_columns(time.dt.truncate("1w").alias("week"))
new = weeks.with_columns(
    (pl.col("week") == pl.col("week").min().over("product_id")).alias("item"),
    (pl.col("week") == pl.col("week").min().over("household_id")).alias("shopper"),
)
cold = new.group_by("week").agg(pl.len(), pl.col("item").sum(), pl.col("shopper").sum()).sort("week")
found["cold-start"] = [(str(week), *rest) for week, *rest in cold.iter_rows()]

# Categories of one basket.
products = pl.read_parquet(PRODUCTS, columns=["product_id", "product_category"])
named = events.select("basket_id", "product_id").join(products, on="product_id", how="left")
largest = named.drop_nulls("product_category").group_by("product_category").len().sort("len", descending=True).head(TOP)
of_basket = named.join(largest.select("product_category"), on="product_category").select("basket_id", "product_category").unique()
alone = of_basket.group_by("product_category").len()
both = of_basket.join(of_basket, on="basket_id").filter(pl.col("product_category") != pl.col("product_category_right"))
lift = both.group_by("product_category", "product_category_right").len()
found["categories"] = {
    "baskets": of_basket["basket_id"].n_unique(),
    "alone": alone.rows(),
    "together": lift.filter(pl.col("len") >= 5).rows(),
}

# The nearest ten of every product by cosine over baskets.
if WITH_MATRIX:
    distinct = events.select("basket_id", "product_id").unique(maintain_order=True)
    distinct = distinct.filter(pl.int_range(pl.len()).over("basket_id") < MOST_DISTINCT)
    num = distinct.group_by("product_id").len()
    pairs = distinct.join(distinct, on="basket_id").filter(pl.col("product_id") != pl.col("product_id_right"))
    pairs = pairs.group_by("product_id", "product_id_right").len()
    pairs = pairs.join(num.rename({"len": "a"}), on="product_id").join(
        num.rename({"product_id": "product_id_right", "len": "b"}), on="product_id_right"
    )
    cosine = pairs.with_columns((pl.col("len") / (pl.col("a") * pl.col("b")).sqrt()).alias("cosine"))
    nearest = cosine.filter(pl.col("cosine").rank("ordinal", descending=True).over("product_id") <= NEAREST)
    found["matrix"] = {"neighbours": nearest.height}

with open(OUT, "w", encoding="utf-8") as file:
    json.dump(found, file, default=str)
