"""Makes logs in which every rule has something to do, runs `vicino train` on them, and compares as online_retail.py does.

    python tests/independent/made_up.py VICINO [SEEDS]
"""

import json
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import pandas as pd

import rules

OPTIONS = {
    "robot_events_per_hour": 30,
    "robot_items": 20,
    "min_item_events": 4,
    "max_per_shopper": 6,
    "max_session_events": 25,
    "min_session_events": 2,
    "double_click_ms": 5000,
}
FLAGS = [
    *["--robot-events-per-hour", "30", "--robot-items", "20", "--min-item-events", "4", "--max-per-shopper", "6"],
    *["--max-session-events", "25", "--min-session-events", "2", "--double-clicks", "5s", "--max-rejected", "1"],
]


def made_up(seed):
    draw = random.Random(seed)
    items = [f"P{at}" for at in range(150)] + ["POST", "gift_0001_20", "ABC", "M", "C2", "TESTER"]
    rows = []
    for session in range(400):
        start = 1_600_000_000 + draw.randrange(40) * 86_400 + draw.randrange(30_000)
        shopper = draw.choice([f"u{draw.randrange(40)}", f"u{draw.randrange(40)}", ""])
        robot = draw.random() < 0.05
        for _ in range(draw.choice([1, 2, 4, 8, 30]) + 40 * robot):
            kind = "view" if robot else draw.choices(["view", "cart", "purchase", "refund", "scroll"], [6, 2, 4, 1, 1])[0]
            item = draw.choice(items if robot or draw.random() < 0.2 else items[session % 20 :][:5])
            time = start + draw.randrange(60) * draw.choice([1, 1, 60])
            time = 100_000_000 + time % 1000 if draw.random() < 0.01 else time
            price = draw.choice(["0", "1", "1", "2.5", ""])
            name = f"bot{session}" if robot else shopper
            parent = f"G{sum(map(ord, item)) % 60}" if draw.random() > 0.2 else ""
            item = item if draw.random() > 0.01 else ""
            row = [item, f"s{session}", name, kind, time, draw.choice([1, 1, 2, 3, -1, 0]), price, parent]
            rows += [row] * draw.choices([1, 2], [20, 1])[0]
    return pd.DataFrame(rows, columns=["item", "session", "shopper", "event", "timestamp", "quantity", "price", "parent"])


def main(vicino, seeds="5"):
    same = True
    for seed in range(int(seeds)):
        with tempfile.TemporaryDirectory() as folder:
            path = lambda name: str(Path(folder) / name)
            log = made_up(seed)
            log.to_csv(path("log.csv"), index=False)
            outputs = ["-o", path("m.vicino"), "--report", path("report.json"), "--keep-rejects", path("rejects.csv")]
            subprocess.run([vicino, "train", path("log.csv"), *outputs, "--no-tune", "-q", *FLAGS], check=True)
            log["price"] = pd.to_numeric(log.price)
            log = log.replace({"item": "", "shopper": ""}, None).assign(time=log.timestamp * 1000)
            reason = rules.clean(log, **OPTIONS)
            reason.index += 2
            found = pd.read_csv(path("rejects.csv"), usecols=["line", "reason"])
            print(f"seed {seed}")
            same &= rules.compare(reason, found, json.load(open(path("report.json"))))
    print("both sides agree" if same else "THE SIDES DIFFER")
    return 0 if same else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
