"""ydata-profiling in its minimal mode over an event log: profile.py EVENTS OUT"""

import sys

import pandas as pd
from ydata_profiling import ProfileReport

EVENTS, OUT = sys.argv[1:]
ProfileReport(pd.read_parquet(EVENTS), minimal=True, progress_bar=False).to_file(OUT)
