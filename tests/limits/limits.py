"""Runs the command on files of at most 1 MB that ask for as much memory and time as they can, and measures both.

    python tests/limits/limits.py VICINO

Every run ends by itself, with a result or an error, within 256 MiB of memory and 5 s of processor time, as
docs/limits.md promises. Prints a line for each. Processor time hardly depends on what else the machine does.
"""

import gzip
import io
import os
import random
import signal
import struct
import subprocess
import sys
import tempfile
import traceback
import zipfile
from pathlib import Path

MB = 1_000_000
MOST_BYTES = 256 << 20
MOST_SECONDS = 5


def fill(text, start="", end="", size=MB):
    """Repeats a text until the whole has `size` bytes; `{}` is a number that counts."""
    if "{}" not in text:
        return (start + text * ((size - len(start) - len(end)) // len(text)) + end).encode()
    parts, left, at = [start], size - len(start) - len(end), 0
    while left > 0:
        part = text.replace("{}", str(at))
        parts.append(part)
        left -= len(part)
        at += 1
    return ("".join(parts[:-1]) + end).encode()


def packed(text, start="", end=""):
    """Such a text as gzip of nearly 1 MB, or of nearly as much as a compressed file may unpack to."""
    sample = len(gzip.compress(fill(text, start, end, 4 * MB)))
    return gzip.compress(fill(text, start, end, min(240 * MB, int(0.9 * MB * 4 * MB / sample))))


def zstd_of(letter):
    """A frame of zstd in which each block of 128 KiB is one byte and its number."""
    block = struct.pack("<I", (1 << 17) << 3 | 1 << 1)[:3] + letter
    last = struct.pack("<I", (1 << 17) << 3 | 1 << 1 | 1)[:3] + letter
    return b"\x28\xb5\x2f\xfd\x00\x58" + block * (MB // 4 - 10) + last


def zipped(parts):
    to = io.BytesIO()
    with zipfile.ZipFile(to, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as file:
        for name, text in parts.items():
            file.writestr(name, text)
    return to.getvalue()


OFFICE = "http://schemas.openxmlformats.org"


def padded(parts):
    """An archive whose first part cannot be packed, so that the others may be large."""
    return zipped({"padding.bin": random.Random(1).randbytes(MB // 2), **parts})


def workbook(sheet, texts="<sst/>", num_sheets=1, pack=zipped):
    """A workbook of sheets that are one part."""
    relation = f"{OFFICE}/officeDocument/2006/relationships"
    of = lambda number, kind, to: f'<Relationship Id="rId{number}" Type="{relation}/{kind}" Target="{to}"/>'
    relations = lambda *all: f'<Relationships xmlns="{OFFICE}/package/2006/relationships">{"".join(all)}</Relationships>'
    content = f"{OFFICE}/spreadsheetml/2006/main"
    sheets = "".join(f'<sheet name="A{at}" sheetId="{at}" r:id="rId1"/>' for at in range(1, num_sheets + 1))
    book = f'<workbook xmlns="{content}" xmlns:r="{relation}"><sheets>{sheets}</sheets></workbook>'
    return pack(
        {
            "[Content_Types].xml": f'<Types xmlns="{OFFICE}/package/2006/content-types"/>',
            "_rels/.rels": relations(of(1, "officeDocument", "xl/workbook.xml")),
            "xl/workbook.xml": book,
            "xl/_rels/workbook.xml.rels": relations(
                of(1, "worksheet", "worksheets/sheet1.xml"), of(2, "sharedStrings", "sharedStrings.xml")
            ),
            "xl/worksheets/sheet1.xml": sheet,
            "xl/sharedStrings.xml": texts,
        }
    )


def document(rows, pack=zipped):
    """An OpenDocument table."""
    urn = "urn:oasis:names:tc:opendocument:xmlns"
    names = "".join(f' xmlns:{name}="{urn}:{name}:1.0"' for name in ["office", "table", "text"])
    body = f'<office:body><office:spreadsheet><table:table table:name="A">{rows}</table:table></office:spreadsheet></office:body>'
    return pack(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<manifest:manifest xmlns:manifest="{urn}:manifest:1.0"/>',
            "content.xml": f"<office:document-content{names}>{body}</office:document-content>",
        }
    )


def sheet(rows):
    return f'<worksheet xmlns="{OFFICE}/spreadsheetml/2006/main"><sheetData>{rows}</sheetData></worksheet>'


def cells(num_rows, cell):
    """Rows of two cells, the first of them names."""
    names = '<row><c t="inlineStr"><is><t>session_id</t></is></c><c t="inlineStr"><is><t>item_id</t></is></c></row>'
    return sheet(names + f"<row>{cell}{cell}</row>" * num_rows)


def table(columns, **options):
    import pyarrow as pa
    import pyarrow.parquet as parquet

    to = io.BytesIO()
    parquet.write_table(pa.table(columns), to, **options)
    return to.getvalue()


def repeated(value, num_rows):
    import pyarrow as pa

    return pa.DictionaryArray.from_arrays(pa.array([0] * num_rows, pa.int32()), pa.array([value]))


LOG = "session_id,item_id\n"
FEED = '<rss><channel>'


def logs():
    """Event logs by name."""
    yield "rows of two letters.csv", fill("s,i\n", LOG)
    yield "ids that are all new.csv", fill("s{},i{}\n", LOG)
    yield "one session of new products.csv", fill("s,{}\n", LOG)
    yield "one product.csv", fill("{},i\n", LOG)
    yield "sessions of two.csv", fill("{},a\n{},b\n", LOG)
    yield "columns without rows.csv", fill("c{},", end="item_id\n")
    yield "columns without names.csv", fill(",", LOG)
    yield "columns without rows.csv.gz", gzip.compress(fill("a,", end="item_id\n", size=8 * MB))
    yield "columns of a row.csv.gz", gzip.compress(fill(",", LOG, "\n", size=8 * MB))
    yield "lines without anything.csv", fill("\n", LOG)
    yield "quotes.csv", fill('"', LOG)
    yield "quoted lines.csv", fill('""\n', LOG + '"')
    yield "one value.csv", fill("x", LOG)
    yield "zeros.csv", bytes(MB)
    yield "times.csv", fill("s,{},2026-01-01T00:00:00Z,purchase,1,9.99\n", "session_id,item_id,timestamp,event,quantity,price\n")
    yield "wrong times.csv", fill("s,{},x\n", "session_id,item_id,timestamp\n")
    yield "refunds.csv", fill("s,i,purchase,{}\ns,i,refund,{}\n", "shopper_id,item_id,event,timestamp\n")
    yield "products in a list.csv", fill("s,a;b;c;d;e;f;g;h\n", LOG)
    yield "one list.csv", fill("{};", LOG + "s,")
    yield "many delimiters.csv", fill(",;\t|", LOG)
    yield "rows of two letters.csv.gz", packed("s,i\n", LOG)
    yield "new ids.csv.gz", packed("{},{}\n", LOG)
    yield "one session of new products.csv.gz", packed("s,{}\n", LOG)
    yield "one value.csv.gz", packed("x", LOG)
    yield "lines.csv.gz", packed("\n", LOG)
    yield "gzip of gzip.csv.gz", gzip.compress(packed("\n" * 1000, LOG))
    yield "one letter.csv.zst", zstd_of(b"a")
    yield "lines.csv.zst", zstd_of(b"\n")
    yield "rows.csv.zip", zipped({"log.csv": fill("s,i\n", LOG, size=240 * MB)})
    yield "names.csv.zip", zipped({f"{at}.csv": LOG for at in range(8000)})

    yield "records of nothing.jsonl", fill("{}\n".replace("{}", "{ }"))
    yield "records.jsonl", fill('{"session_id":"s","item_id":"{}"}\n')
    yield "one array.json", fill('{"session_id":"s","item_id":"{}"},', "[", '{"session_id":"s","item_id":"z"}]')
    yield "arrays in arrays.json", fill("[")
    yield "objects in objects.json", fill('{"a":')
    yield "names.json", fill('"c{}":1,', "{", '"item_id":"a"}')
    yield "new names.jsonl", fill('{"c{}":1}\n')
    yield "items.jsonl", fill('{"item_id":"{}"},', '{"order_id":"a","items":[', '{"item_id":"z"}]}')
    yield "lists in lists.jsonl", fill('{"a":[{"b":[{"c":[{"item_id":"{}"}]}]}],"order_id":"a"}\n')
    yield "parameters.jsonl", fill('{"key":"k{}","value":{"string_value":"v"}},', '{"event_params":[', '{"key":"z"}]}')
    yield "escapes.jsonl", fill("\\u0000", '{"item_id":"', '"}')
    yield "numbers.json", fill("9", "[")
    yield "records.jsonl.gz", packed('{"session_id":"s","item_id":"i"}\n')
    yield "arrays in arrays.json.gz", packed("[")
    yield "new names.jsonl.gz", packed('{"c{}":1}\n')

    yield "items.xml", fill("<item><item_id>{}</item_id><session_id>s</session_id></item>", FEED, "</channel></rss>")
    yield "items of nothing.xml", fill("<item/>", FEED, "</channel></rss>")
    yield "elements in elements.xml", fill("<a>")
    yield "names.xml", fill("<n{}/>", FEED + "<item>", "</item></channel></rss>")
    yield "attributes.xml", fill(' a{}="1"', "<rss", "/>")
    yield "entities.xml", fill("&amp;", FEED + "<item><item_id>", "</item_id></item></channel></rss>")
    yield "expanding entities.xml", (
        '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">'
        + "".join(f'<!ENTITY {chr(98 + at)} "{f"&{chr(97 + at)};" * 10}">' for at in range(20))
        + "]><rss><channel><item><id>&u;</id></item></channel></rss>"
    ).encode()
    yield "items.xml.gz", packed("<item><item_id>1</item_id><session_id>2</session_id></item>", FEED, "</channel></rss>")
    yield "items of nothing.xml.gz", packed("<item/>", FEED, "</channel></rss>")

    import pyarrow as pa

    ids = pa.array([f"P{at}" for at in range(60_000)])
    yield "new ids.parquet", table({"session_id": ids, "item_id": ids})
    yield "many rows.parquet", table({"session_id": repeated("s", 4_000_000), "item_id": repeated("i", 4_000_000)})
    yield "long texts.parquet", table({"session_id": repeated("s", 400_000), "item_id": repeated("i" * 100_000, 400_000)})
    same = [repeated("i" * 1000, 50_000).cast(pa.string())]
    yield "packed texts.parquet", table(dict.fromkeys(["session_id", "item_id"], pa.chunked_array(same * 4)), use_dictionary=False, compression="zstd")
    yield "columns.parquet", table({f"c{at}": pa.array([1]) for at in range(3000)})
    yield "row groups.parquet", table({"session_id": ids.slice(0, 2500), "item_id": ids.slice(0, 2500)}, row_group_size=1)
    lists = pa.array([[{"item_id": f"P{at}"} for at in range(40_000)]])
    yield "lists.parquet", table({"order_id": pa.array(["a"]), "items": lists})
    products = pa.StructArray.from_arrays([repeated("i", 8_000_000)], ["item_id"])
    of_lists = pa.ListArray.from_arrays(pa.array([0, 8_000_000], pa.int32()), products)
    yield "one long list.parquet", table({"order_id": pa.array(["a"]), "items": of_lists})

    yield "cells.xlsx", workbook(cells(1_000_000, "<c><v>1</v></c>"))
    yield "cells of nothing.xlsx", workbook(cells(3_000_000, "<c/>"))
    yield "texts.xlsx", workbook(cells(10, '<c t="s"><v>0</v></c>'), "<sst>" + "<si><t>a</t></si>" * 5_000_000 + "</sst>")
    long = "<sst><si><t>" + "a" * 100_000 + "</t></si></sst>"
    yield "one long text.xlsx", workbook(cells(100_000, '<c t="s"><v>0</v></c>'), long)
    far = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    yield "far cells.xlsx", workbook(sheet(far))
    far = "".join(f'<row r="{at}"><c r="A{at}"><v>1</v></c><c r="XFD{at}"><v>1</v></c></row>' for at in range(1, 12_000))
    yield "one row.xlsx", workbook(sheet("<row>" + '<c r="A1"><v>1</v></c>' * 3_000_000 + "</row>"))
    yield "wide rows.xlsx", workbook(sheet(far))
    yield "cells.ods", document('<table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row>' * 900_000)
    wide = '<table:table-cell table:number-columns-repeated="16384" office:value-type="string"><text:p>a</text:p></table:table-cell>'
    yield "repeated cells.ods", document(f'<table:table-row table:number-rows-repeated="1048576">{wide}</table:table-row>')
    yield "wide rows.ods", document(f"<table:table-row>{wide}</table:table-row>" * 100_000)
    many = '<table:table-row table:number-rows-repeated="&#49;048576">' + wide + "</table:table-row>"
    yield "escaped numbers.ods", document(many)
    yield "rows behind another end.ods", document("</x>" + f"<table:table-row>{wide}</table:table-row>" * 2000)
    text = "a" * 500_000
    long = f'<table:table-cell table:number-columns-repeated="4000" office:value-type="string"><text:p>{text}</text:p></table:table-cell>'
    yield "repeated texts.ods", document(f'<table:table-row table:number-rows-repeated="100">{long}</table:table-row>')
    blanks = '<table:table-cell office:value-type="string"><text:p><text:s text:c="4000000000"/></text:p></table:table-cell>'
    yield "blanks.ods", document(f"<table:table-row>{blanks}</table:table-row>")
    inner = '<table:table-cell office:value-type="string"><table:table><table:table-row/></table:table></table:table-cell>'
    yield "tables in cells.ods", document(f"<table:table-row>{inner}</table:table-row>" * 200_000)
    filled = f'<table:table-cell office:value-type="string"><text:p>{"a" * 1000}</text:p></table:table-cell>'
    yield "a row of texts, padded.ods", document(f"<table:table-row>{filled * 100_000}</table:table-row>", padded)
    yield "cells.ods, padded", document('<table:table-row><table:table-cell office:value-type="float" office:value="1"/></table:table-row>' * 900_000, padded)
    yield "a number of texts.xlsx", workbook(cells(10, '<c t="s"><v>0</v></c>'), '<sst uniqueCount="1000000000000"><si><t>a</t></si></sst>')
    yield "texts, padded.xlsx", workbook(cells(10, '<c t="s"><v>0</v></c>'), "<sst>" + "<si><t>a</t></si>" * 8_000_000 + "</sst>", pack=padded)
    words = "".join(f"<si><t>{'a' * 1000}</t></si>" for _ in range(100_000))
    yield "long texts, padded.xlsx", workbook(cells(10, '<c t="s"><v>0</v></c>'), f"<sst>{words}</sst>", pack=padded)
    yield "cells, padded.xlsx", workbook(cells(4_000_000, "<c><v>1</v></c>"), pack=padded)
    yield "sheets.xlsx", workbook(cells(600_000, "<c/>"), num_sheets=100)
    yield "sheets of nothing.xlsx", workbook(sheet("<!-- a -->" * 1_900_000), num_sheets=3000)
    row = "".join('<c t="s"><v>0</v></c>' for _ in range(16_000))
    yield "a row of long texts.xlsx", workbook(sheet(f"<row>{row}</row>" * 20), "<sst><si><t>" + "a" * 30_000 + "</t></si></sst>")
    yield "files.xlsx", zipped({f"xl/{at}.xml": "" for at in range(8000)})


def feeds():
    """Product feeds by name; those that are logs, too, are not repeated."""
    yield "products.csv", fill("i{},Tea {},Food > Tea,1.99\n", "id,title,category,price\n")
    yield "products alike.csv", fill("i{},tea,tea,1\n", "id,title,category,price\n")
    yield "categories.csv", fill("i{},c{}\n", "id,category\n")
    yield "one path.csv", fill("c{} > ", "id,category\na,")
    yield "one title.csv", fill("w{} ", "id,title\na,")
    yield "variants.csv", fill("i{},g\n", "id,item_group_id\n")
    yield "products.csv.gz", packed("i{},Tea {},Food > Tea,1.99\n", "id,title,category,price\n")
    yield "products.jsonl", fill('{"id":"i{}","title":"Tea {}"}\n')
    yield "products.xml", fill("<item><id>{}</id><title>Tea {}</title></item>", FEED, "</channel></rss>")
    yield "products.xml.gz", packed("<item><id>i{}</id></item>", FEED, "</channel></rss>")


def lines():
    """Small files of the command by the way they are used, name and bytes."""
    yield "histories", "one history.csv", fill("P1 ", "row_id,prefix\n1,")
    yield "histories", "histories.csv", fill("{},P1\n", "row_id,prefix\n")
    yield "histories", "unknown products.csv", fill("{},x{}\n", "row_id,prefix\n")
    yield "curated", "curated.csv", fill("related,P1,P{}\n", "list,item_id,other_id\n")
    yield "curated", "repeated pairs.csv", fill("related,P1,P2\n", "list,item_id,other_id\n")
    yield "mapping", "tables.toml", fill("[a{}]\n")
    yield "mapping", "arrays.toml", fill("[", "a = ")
    yield "mapping", "keys.toml", fill("a.", end="a = 1")
    yield "filter", "brackets.txt", fill("(", size=100_000)
    yield "filter", "not.txt", fill("not ", size=100_000)
    yield "filter", "or.txt", fill("a = 1 or ", end="a = 1", size=100_000)
    yield "inspect", "zeros.vicino", bytes(MB)


def write_all(folder):
    """Writes the files, and `runs`: a way and a name a line."""
    runs = [("explore", name, file) for name, file in logs()]
    runs += [("feed", name, file) for name, file in feeds()]
    # What is packed has half a million products: that is training, whose memory and time are theirs.
    runs += [("train with feed", name, file) for name, file in feeds() if not name.endswith(".gz")]
    runs += lines()
    for _, name, file in runs:
        assert len(file) <= MB, f"{name} has {len(file)} bytes"
        (folder / name).write_bytes(file)
    (folder / "runs").write_text("".join(f"{way}\t{name}\n" for way, name, _ in runs))


def write_all_elsewhere(folder):
    """Writes them in a process of its own: what this one holds would count as memory of the programs that it starts."""
    child = os.fork()
    if child == 0:
        try:
            write_all(folder)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0, "no files were made"


def measure(args):
    """Runs the command; gives its exit status, MiB, seconds of processor time and the first line that it wrote."""
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=errors)
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        errors.seek(0)
        said = errors.read().decode(errors="replace").strip().splitlines()
    return child.returncode, usage.ru_maxrss / 1024, usage.ru_utime + usage.ru_stime, said[0] if said else ""


def main(vicino):
    with tempfile.TemporaryDirectory() as folder:
        path = lambda name: str(Path(folder) / name)
        write_all_elsewhere(Path(folder))
        Path(path("log.csv")).write_text(LOG + "".join(f"s{at // 4},P{at % 7}\n" for at in range(400)))
        no_tuning = ["-o", path("out.vicino"), "--no-tune"]
        ways = {
            "explore": lambda file: ["explore", file, "-o", path("out.html")],
            "feed": lambda file: ["export", "--catalog", file, "--products", path("out.json"), "--model", path("shop.vicino")],
            "train with feed": lambda file: ["train", path("log.csv"), "--catalog", file, "--catalog-items", *no_tuning],
            "histories": lambda file: ["recommend", "--histories", file, "-o", path("out.csv"), "--model", path("shop.vicino")],
            "curated": lambda file: ["train", path("log.csv"), "--curated", file, *no_tuning],
            "mapping": lambda file: ["explore", path("log.csv"), "--mapping", file],
            "filter": lambda file: ["explore", path("log.csv"), "--where", Path(file).read_text()],
            "inspect": lambda file: ["inspect", file],
        }
        subprocess.run([vicino, "train", path("log.csv"), "-o", path("shop.vicino"), "--no-tune", "-q"], check=True)
        runs = [line.split("\t") for line in Path(path("runs")).read_text().splitlines()]
        failures, most_mib, most_seconds = [], 0, 0
        for way, name in runs:
            status, mib, seconds, said = measure([vicino, *ways[way](path(name)), "-q"])
            said = said.removeprefix("vicino: ").replace(folder + "/", "")[:100]
            print(f"{way:16} {name:36} exit {status}  {mib:6.1f} MiB  {seconds:5.2f} s  {said}", flush=True)
            if status not in (0, 1, 2):
                failures.append(f"{way} {name}: ended by {signal.Signals(-status).name if status < 0 else status}")
            if mib * (1 << 20) > MOST_BYTES or seconds > MOST_SECONDS:
                failures.append(f"{way} {name}: {mib:.1f} MiB, {seconds:.2f} s")
            most_mib, most_seconds = max(mib, most_mib), max(seconds, most_seconds)
    print(*failures, sep="\n")
    print(f"{len(runs)} runs, {most_mib:.0f} MiB and {most_seconds:.1f} s at most, {len(failures)} beyond the limits")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
