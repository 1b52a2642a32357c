"""The rules of cleaning once more, in pandas and plain loops, as docs/cleaning.md describes them.

Shares no code with the command; slow and short. Takes a table with the columns item, session, shopper, event,
time (ms), quantity and price, one row a line of the log, and says for each row which reason leaves it out, if any.
"""

from collections import Counter, defaultdict, deque

import pandas as pd

KINDS = {"view": "view", "cart": "cart", "purchase": "purchase"}
RETURNS = {"cancellation", "refund", "return"}
SERVICES = (
    "ADJUSTMENT,AMAZONFEE,BAD DEBT,BANK CHARGES,CARRIAGE,COUPON,CRUK,DELIVERY,DEPOSIT,DISCOUNT,DONATION,DOT,FEE,FEES,FREIGHT,"
    "GIFTCARD,GIFT CARD,GIFT_CARD,GIFT-CARD,GIFTWRAP,GIFT WRAP,GIFT_WRAP,GIFT-WRAP,HANDLING,MANUAL,PADS,POST,POSTAGE,REFUND,ROUNDING,"
    "SAMPLE,SAMPLES,SHIPPING,SURCHARGE,TAX,TIP,VAT,VOUCHER"
).split(",")
SHORT = ["B", "C2", "D", "M", "S"]

# Reason, rule; in the order in which they run.
RULES = {
    "unknown_event_type": "event-types",
    "missing_item": "missing-ids",
    "missing_session": "missing-ids",
    "return": "returns",
    "impossible_time": "impossible-times",
    "non_product": "non-products",
    "duplicate": "duplicates",
    "double_click": "double-clicks",
    "zero_price": "zero-prices",
    "cancelled": "cancellations",
    "robot": "robots",
    "rare_item": "rare-items",
    "beyond_limit": "per-shopper",
    "long_session": "long-sessions",
    "short_session": "short-sessions",
}

DEFAULTS = {
    "double_click_ms": 2000,
    "robot_events_per_hour": 300,
    "robot_items": 100,
    "min_item_events": 1,
    "max_per_shopper": 0,
    "max_session_events": 1000,
    "min_session_events": 1,
}


def is_service(item, have_digits, are_long):
    upper = item.upper()
    has_digit = any(letter.isdigit() for letter in item)
    if have_digits and not has_digit:
        return True
    if upper in SERVICES or (are_long and upper in SHORT):
        return True
    for start in ["ADJUST", "TEST", "GIFT_"]:
        if upper.startswith(start) and all(letter in "0123456789_-." for letter in item[len(start) :]):
            return True
    return False


def clean(log, **options):
    """The reason of each row, None for those that are left."""
    options = {**DEFAULTS, **options}
    log = log.reset_index(drop=True)
    reason = pd.Series([None] * len(log), dtype=object)
    left = lambda: log[reason.isna()]

    reason[~log.event.isin(KINDS)] = "unknown_event_type"
    reason[reason.isna() & log["item"].isna()] = "missing_item"
    reason[reason.isna() & log.session.isna()] = "missing_session"
    reason[reason.isna() & (log.quantity <= 0)] = "return"
    first, last = pd.Timestamp("1995-01-01").value // 10**6, pd.Timestamp("2100-01-01").value // 10**6
    reason[reason.isna() & ((log.time < first) | (log.time >= last))] = "impossible_time"

    ids = list(left()["item"].unique())
    share = lambda has: len(ids) >= 100 and sum(map(has, ids)) >= 0.95 * len(ids)
    have_digits = share(lambda item: any(letter.isdigit() for letter in item))
    are_long = share(lambda item: len(item) > 2)
    services = {item for item in ids if is_service(item, have_digits, are_long)}
    reason[reason.isna() & log["item"].isin(services)] = "non_product"

    columns = ["session", "shopper", "item", "event", "time", "quantity", "price", "parent"]
    columns = [column for column in columns if column in log.columns]
    again = left().duplicated(columns, keep="first")
    reason[again[again].index] = "duplicate"

    kept = {}
    clicks = left()
    for row in clicks[clicks.event != "purchase"].sort_values("time", kind="stable").itertuples():
        shopper = row.shopper if isinstance(row.shopper, str) else ""
        key = (row.session, shopper, row.item, row.event)
        if key in kept and row.time - kept[key] <= options["double_click_ms"]:
            reason[row.Index] = "double_click"
        else:
            kept[key] = row.time

    reason[reason.isna() & (log.event == "purchase") & (log.price <= 0)] = "zero_price"

    given_back = log["item"].notna() & log.shopper.notna() & log.quantity.notna() & (log.quantity != 0)
    given_back &= log.event.isin(RETURNS) | ((log.event == "purchase") & (log.quantity < 0))
    given_back[log[given_back].duplicated(columns, keep="first").pipe(lambda again: again[again]).index] = False
    bought = reason.isna() & (log.event == "purchase") & log.shopper.notna()
    open_lines = defaultdict(deque)
    for row in log[given_back | bought].sort_values("time", kind="stable").itertuples():
        lines = open_lines[(row.shopper, row.item, abs(row.quantity))]
        if bought[row.Index]:
            lines.append(row.Index)
        elif lines:
            reason[lines.pop()] = "cancelled"

    limit = options["robot_events_per_hour"]
    for _, rows in left()[left().shopper.notna()].groupby("shopper"):
        times = sorted(rows.time)
        fast = any(times[at + limit] - times[at] < 3_600_000 for at in range(len(times) - limit))
        if limit and fast and rows["item"].nunique() > options["robot_items"] and set(rows.event) == {"view"}:
            reason[rows.index] = "robot"

    of_item = Counter(left()["item"])
    for row in left().itertuples():
        if of_item[row.item] < options["min_item_events"]:
            reason[row.Index] = "rare_item"

    if options["max_per_shopper"]:
        named = left()[left().shopper.notna()].sort_values("time", kind="stable")
        for _, rows in named.groupby(["shopper", "item"]):
            reason[rows.index[: -options["max_per_shopper"]]] = "beyond_limit"

    sizes = left().groupby(["session", "shopper"], dropna=False)["item"].transform("size")
    if options["max_session_events"]:
        reason[sizes[sizes > options["max_session_events"]].index] = "long_session"
    reason[sizes[sizes < options["min_session_events"]].index] = "short_session"
    return reason


def counts(reason):
    """Rows before, left out and after by rule, in order."""
    of_rule = Counter(RULES[one] for one in reason.dropna())
    before, table = len(reason), []
    for rule in dict.fromkeys(RULES.values()):
        table.append((rule, before, of_rule[rule], before - of_rule[rule]))
        before -= of_rule[rule]
    return table


def compare(reason, rejects, report):
    """Prints both sides by rule; true if every row has the same reason on both."""
    theirs = {rule["rule"]: rule for rule in report["reading"]["rules"]}
    print(f"{'rule':<18} {'before':>9} {'left out':>9} {'after':>9}   {'vicino: before':>14} {'left out':>9} {'after':>9}")
    same = True
    for rule, before, rows, after in counts(reason):
        other = theirs.pop(rule)
        found = (other["before"], other["before"] - other["after"], other["after"])
        same &= found == (before, rows, after)
        print(f"{rule:<18} {before:>9,} {rows:>9,} {after:>9,}   {found[0]:>14,} {found[1]:>9,} {found[2]:>9,}")
    same &= all(other["before"] == other["after"] for other in theirs.values())
    own = {(line, why) for line, why in zip(reason.index, reason) if why is not None}
    other = set(zip(rejects.line, rejects.reason))
    print(f"rows with their reason: {len(own):,} here, {len(other):,} there, {len(own ^ other):,} different")
    for line, why in sorted(own ^ other)[:10]:
        print(f"  line {line}: {why} only {'here' if (line, why) in own else 'there'}")
    return bool(same and own == other)
