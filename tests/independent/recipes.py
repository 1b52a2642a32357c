"""Runs the recipes of docs/guide/1-collect.md that write a log from a database, and trains on what they write.

    python tests/independent/recipes.py VICINO

DuckDB runs its recipe, and the model has to equal that of the same rows written as CSV. Servers of Postgres and BigQuery
cannot be had here: sqlglot, which knows their dialects, parses those recipes and rejects what it does not know, and
DuckDB runs the query in them.
"""

import csv
import random
import subprocess
import sys
import tempfile
from pathlib import Path

import duckdb
import sqlglot
from sqlglot import exp

GUIDE = Path(__file__).parents[2] / "docs" / "guide" / "1-collect.md"
COLUMNS = ["customer_id", "order_id", "product_id", "ordered_at", "quantity", "price"]


def recipes():
    """The SQL of the guide by the database that the text before it names."""
    section = GUIDE.read_text().split("\n## From a database\n")[1].split("\n## ")[0]
    found = {}
    for before, block in zip(section.split("```")[::2], section.split("```")[1::2]):
        if block.startswith("sql\n"):
            names = [name for name in ("DuckDB", "Postgres", "BigQuery") if name in before]
            found[names[-1]] = block.removeprefix("sql\n").strip()
    return found


def shop():
    """A made-up shop in two tables, and its rows as they are to come out."""
    draw = random.Random(1)
    database = duckdb.connect()
    database.execute("SET TimeZone = 'UTC'")
    database.execute("CREATE TABLE orders (order_id INTEGER, customer_id INTEGER, ordered_at TIMESTAMPTZ, note TEXT)")
    database.execute("CREATE TABLE order_lines (order_id INTEGER, product_id TEXT, quantity INTEGER, price DECIMAL(8, 2))")
    rows = []
    for order in range(1, 601):
        customer = draw.randrange(1, 150)
        moment = f"2024-{1 + order // 60:02}-{1 + order % 28:02} {order % 24:02}:{draw.randrange(60):02}:00+00"
        database.execute("INSERT INTO orders VALUES (?, ?, ?, 'a, note')", [order, customer, moment])
        for product in draw.sample(range(20), draw.randrange(2, 5)):
            row = [order, f"P-{product:03}", draw.randrange(1, 3), f"{product + 1}.50"]
            database.execute("INSERT INTO order_lines VALUES (?, ?, ?, ?)", row)
            rows.append([customer, order, row[1], moment, row[2], row[3]])
    return database, rows


def model_of(vicino, log, folder):
    """The bytes of the model that is trained on a log."""
    model = folder / "shop.vicino"
    subprocess.run([vicino, "train", log, "-o", model, "--no-tune", "-q"], check=True)
    return model.read_bytes()


def parsed(sql, dialect):
    """The statement, which is none that sqlglot has only passed through."""
    statement = sqlglot.parse_one(sql, dialect=dialect)
    assert not isinstance(statement, exp.Command), f"{dialect} does not know this: {sql}"
    return statement


def answers(database, query, dialect):
    """The rows of a query in another dialect, sorted."""
    return sorted(map(str, database.sql(query.sql(dialect="duckdb")).fetchall()))


def main():
    vicino = Path(sys.argv[1]).resolve()
    found = recipes()
    assert set(found) == {"DuckDB", "Postgres", "BigQuery"}, found.keys()
    database, rows = shop()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        by_hand = folder / "by-hand.csv"
        with by_hand.open("w", newline="") as file:
            csv.writer(file).writerows([COLUMNS, *rows])
        # The recipe writes to the folder that it runs in.
        for file in ("orders.parquet", "orders.csv"):
            sql = found["DuckDB"].replace("'orders.parquet'", f"'{folder / file}'")
            if file.endswith(".csv"):
                sql = sql.replace("FORMAT parquet, COMPRESSION zstd", "FORMAT csv, HEADER")
            database.execute(sql)
            same = model_of(vicino, folder / file, folder) == model_of(vicino, by_hand, folder)
            print(f"DuckDB {duckdb.__version__}: {file} gives {'the same model' if same else 'ANOTHER MODEL'}")
            assert same, file

    query = parsed(found["DuckDB"], "duckdb").find(exp.Select)
    expected = answers(database, query, "duckdb")
    assert len(expected) == len(rows)
    # `\copy` is psql's own word for COPY.
    postgres = parsed(found["Postgres"].removeprefix("\\"), "postgres").find(exp.Select)
    assert answers(database, postgres, "postgres") == expected
    bigquery = parsed(found["BigQuery"], "bigquery").find(exp.Select)
    for table in bigquery.find_all(exp.Table):
        assert table.db == "shop", table
        table.set("db", None)
    assert answers(database, bigquery, "bigquery") == expected
    print(f"Postgres, BigQuery: parsed by sqlglot {sqlglot.__version__}, with the same {len(rows):,} rows by DuckDB")


if __name__ == "__main__":
    main()
