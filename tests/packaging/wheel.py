"""Builds the Python package, installs its wheel in an empty environment, and runs the notebook of docs/install.md there.

    python tests/packaging/wheel.py VICINO

The model has to be that of VICINO to the byte. maturin builds with the profile and the folder that VICINO came from,
so that there is hardly anything left to compile.
"""

import json
import os
import random
import subprocess
import sys
import tempfile
import venv
import zipfile
from pathlib import Path

import pandas as pd

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "python"


def recipe():
    """The notebook of the documentation, which the page of the package has, too."""
    documented = (ROOT / "docs" / "install.md").read_text().split("```python\n")[1].split("```")[0]
    assert documented in (PACKAGE / "README.md").read_text(), "docs/install.md and python/README.md differ"
    return documented


def made_up():
    """Shoppers who look at products beside each other, as a frame."""
    draw = random.Random(1)
    rows = []
    for session in range(600):
        first = draw.randrange(50)
        for event in range(draw.randrange(3, 8)):
            time = pd.Timestamp("2026-01-01", tz="UTC") + pd.Timedelta(hours=session, minutes=event)
            kind = "purchase" if draw.random() < 0.2 else "view"
            rows.append((f"s{session}", f"u{session % 150}", f"sku-{first + draw.randrange(4)}", kind, time))
    return pd.DataFrame(rows, columns=["session_id", "user_id", "product_id", "event_type", "event_time"])


def build(vicino, folder):
    """Builds the wheel with the program's own profile; returns its path."""
    maturin = Path(sys.executable).with_name("maturin")
    arguments = ["build", "--locked", "--profile", vicino.parent.name, "--out", folder]
    environment = {**os.environ, "CARGO_TARGET_DIR": str(vicino.parents[1])}
    built = subprocess.run([maturin, *arguments], cwd=PACKAGE, env=environment, capture_output=True, text=True)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = folder.glob("*.whl")
    return wheel


def main():
    vicino = Path(sys.argv[1]).resolve()
    with tempfile.TemporaryDirectory() as scratch:
        scratch = Path(scratch)
        wheel = build(vicino, scratch / "wheels")
        assert wheel.name.startswith("vicino-") and "-py3-none-" in wheel.name, wheel.name
        names = {Path(name).name for name in zipfile.ZipFile(wheel).namelist()}
        assert names == {"vicino", "METADATA", "WHEEL", "RECORD", "LICENSE-MIT", "LICENSE-APACHE"}, names

        clean = scratch / "clean"
        venv.create(clean, with_pip=True)
        install = [clean / "bin" / "python", "-m", "pip", "install", "--quiet", "--no-index", "--no-deps", wheel]
        subprocess.run(install, check=True)
        # Nothing else is found: neither Rust nor another `vicino`.
        os.environ["PATH"] = str(clean / "bin")
        said = subprocess.run(["vicino", "--version"], check=True, capture_output=True, text=True).stdout
        assert said == subprocess.run([vicino, "--version"], check=True, capture_output=True, text=True).stdout, said

        notebook = scratch / "notebook"
        notebook.mkdir()
        os.chdir(notebook)
        known = {"events": made_up()}
        *before, last = recipe().strip().split("\n")
        exec("\n".join(before), known)
        frame = eval(last, known)
        subprocess.run([vicino, "train", "events.parquet", "-o", "native.vicino"], check=True, capture_output=True)
        assert Path("shop.vicino").read_bytes() == Path("native.vicino").read_bytes(), "the wheel trains another model"

        arguments = ["evaluate", "--events", "events.parquet", "--json"]
        judged = json.loads(subprocess.run([vicino, *arguments], check=True, capture_output=True).stdout)
        systems = judged["comparison"]["discovery"]["systems"]
        assert len(systems) > 1 and not systems[0]["is_baseline"], systems
        assert list(frame.index) == [(one["name"], at["k"]) for one in systems for at in one["at"]]
        expected = [at["hit_rate"]["value"] for one in systems for at in one["at"]]
        assert frame["hit_rate.value"].tolist() == expected
        print(f"{wheel.name}: {wheel.stat().st_size} bytes, the same model; {len(frame)} rows of figures")


main()
