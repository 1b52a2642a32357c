"""The peers of Vicino's training, and a stopwatch for whole processes.

  peers.py work PEER EVENTS K THREADS         answers the requests `fit` and `check`, one a line, with one line of JSON
  peers.py train PEER EVENTS MODEL K THREADS  from file to model, in a process of its own
  peers.py measure COMMAND...                 runs any command: seconds and peak memory as JSON on the last line; says so
                                              if it ran out of memory

Both peers read Parquet with pandas, only the two columns that they need, and are given K + 1 neighbours, because both count an item among
its own.
"""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import time


def read(path):
    """The log as a matrix of sessions and items in CSR form: how many events an item has in a session."""
    import numpy as np
    import pandas as pd
    import scipy.sparse as sp

    start = time.perf_counter()
    events = pd.read_parquet(path, columns=["session_id", "item_id"])
    read_at = time.perf_counter()
    sessions, session_ids = pd.factorize(events["session_id"])
    items, item_ids = pd.factorize(events["item_id"])
    shape = (len(session_ids), len(item_ids))
    ones = np.ones(len(events), dtype=np.float32)
    matrix = sp.coo_matrix((ones, (sessions, items)), shape=shape).tocsr()
    matrix.sum_duplicates()
    return len(events), matrix, {"read": read_at - start, "matrix": time.perf_counter() - read_at}


class Implicit:
    def __init__(self, k, threads):
        from implicit.nearest_neighbours import CosineRecommender

        self.new = lambda: CosineRecommender(K=k + 1, num_threads=threads)

    def fit(self, matrix):
        model = self.new()
        model.fit(matrix, show_progress=False)
        return model

    def save(self, model, path):
        model.save(path)

    def similarity(self, model):
        return model.similarity


class Rusket:
    def __init__(self, k, threads):
        import rusket

        self.new = lambda: rusket.ItemKNN(method="cosine", k=k + 1)

    def fit(self, matrix):
        return self.new().fit(matrix)

    def save(self, model, path):
        model.save(path)

    def similarity(self, model):
        import scipy.sparse as sp

        num_items = len(model.w_indptr) - 1
        return sp.csr_matrix((model.w_data, model.w_indices, model.w_indptr), shape=(num_items, num_items))


PEERS = {"implicit": Implicit, "rusket": Rusket}


def say(**values):
    print(json.dumps(values), flush=True)


def peer(name, k, threads):
    # Rust's and the linear algebra's pools read these when they are first used.
    os.environ["RAYON_NUM_THREADS"] = str(threads)
    for pool in ("OPENBLAS", "OMP", "MKL"):
        os.environ[f"{pool}_NUM_THREADS"] = "1"
    return PEERS[name](k, threads)


def work(name, path, k, threads):
    one = peer(name, k, threads)
    num_events, matrix, _ = read(path)
    say(events=num_events, sessions=matrix.shape[0], items=matrix.shape[1], threads=threads)
    for line in sys.stdin:
        # A fit may change its input.
        given = matrix.copy()
        start = time.perf_counter()
        model = one.fit(given)
        seconds = time.perf_counter() - start
        if line.strip() == "fit":
            say(seconds=seconds)
        else:
            similarity = one.similarity(model).tocoo()
            others = similarity.row != similarity.col
            say(neighbours=int(others.sum()), sum=float(similarity.data[others].sum(dtype="float64")))


def train(name, path, out, k, threads):
    start = time.perf_counter()
    one = peer(name, k, threads)
    import pandas  # noqa: F401

    imported = time.perf_counter()
    _, matrix, seconds = read(path)
    begun = time.perf_counter()
    model = one.fit(matrix)
    fitted = time.perf_counter()
    one.save(model, out)
    seconds.update({"import": imported - start, "fit": fitted - begun, "save": time.perf_counter() - fitted})
    say(**seconds)


# What programs say that were refused memory.
NO_MEMORY = r"MemoryError|bad_alloc|memory allocation of|[Cc]annot allocate memory|out of memory"


def measure(command):
    complaints = tempfile.TemporaryFile()
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints, text=True)
    output = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - start
    code = os.waitstatus_to_exitcode(status)
    process.returncode = code
    if code != 0:
        complaints.seek(0)
        said = complaints.read().decode(errors="replace")[-4000:]
        # The system kills what takes too much of it.
        if code == -signal.SIGKILL or re.search(NO_MEMORY, said):
            return say(failed="out of memory")
        sys.exit(f"{command[0]} ended with {code}\n{said}")
    # Linux counts in KiB, macOS in bytes.
    unit = 1 if sys.platform == "darwin" else 1024
    say(seconds=seconds, peak_bytes=used.ru_maxrss * unit, output=output)


def main(arguments):
    match arguments:
        case ["work", name, path, k, threads]:
            work(name, path, int(k), int(threads))
        case ["train", name, path, out, k, threads]:
            train(name, path, out, int(k), int(threads))
        case ["measure", *command] if command:
            measure(command)
        case ["versions"]:
            from importlib.metadata import version

            names = ("implicit", "rusket", "numpy", "pandas", "pyarrow", "scipy")
            say(python=sys.version.split()[0], **{name: version(name) for name in names})
        case _:
            sys.exit(__doc__)


if __name__ == "__main__":
    main(sys.argv[1:])
