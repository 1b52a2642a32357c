//! Thirty kinds of broken file, each with the exact message: `broken_files.txt` has them all, for people to read too.
//!
//! `UPDATE_GOLDEN=1 cargo test --test cli broken` writes the file anew; what changed in it is to be looked at.

use crate::shop::{SHOP, arg, events};
use crate::vicino;
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use tempfile::TempDir;

/// A broken file: what it is, its name, its bytes, and how it is read.
struct Broken {
    what: &'static str,
    name: &'static str,
    bytes: Vec<u8>,
    read: Reader,
}

/// Who reads the file.
#[derive(Clone, Copy)]
enum Reader {
    Log,
    Catalogue,
    Model,
    Mapping,
    Histories,
}

fn gzip(text: &str) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::default());
    gzip.write_all(text.as_bytes()).unwrap();
    gzip.finish().unwrap()
}

/// A model that stays the same from version to version.
fn model() -> Vec<u8> {
    fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/2.0-linked.vicino")).unwrap()
}

fn flipped(mut bytes: Vec<u8>, at: usize) -> Vec<u8> {
    bytes[at] ^= 4;
    bytes
}

fn broken_files() -> Vec<Broken> {
    use Reader::{Catalogue, Histories, Log, Mapping, Model};
    let log = events(0, 40);
    let head = "customer_id,session_id,product_id,event_type,timestamp\n";
    let times = |time: &str| {
        let rows: String = (0..30).map(|row| format!("U1,S{},P{},view,{time}\n", row / 3, row % 7)).collect();
        format!("{head}{rows}").into_bytes()
    };
    let whole = gzip(&log.repeat(20));
    let of = |what, name, bytes: &[u8], read| Broken { what, name, bytes: bytes.to_vec(), read };
    vec![
        of("an empty file", "empty.csv", b"", Log),
        of("a header without rows", "header.csv", head.as_bytes(), Log),
        of("no column of products", "columns.csv", b"customer,colour,when\nU1,red,2026-01-01\n", Log),
        of("no column of sessions or shoppers", "nobody.csv", b"product_id,colour\nP1,red\n", Log),
        of("no two products in any session", "pairless.csv", b"session_id,product_id\nS1,P1\nS2,P2\n", Log),
        of("timestamps that are none", "times.csv", &times("yesterday"), Log),
        of("timestamps before there were shops on the net", "past.csv", &times("1901-02-03"), Log),
        of(
            "event types that say nothing",
            "types.csv",
            log.replace("view", "hover").replace("purchase", "scroll").as_bytes(),
            Log,
        ),
        of("returns only", "returns.csv", b"session_id,product_id,quantity\nS1,P1,-1\nS1,P2,-2\n", Log),
        of(
            "rows of another length than the header",
            "ragged.csv",
            format!("{head}{}", "U1,S1,P1\n".repeat(20)).as_bytes(),
            Log,
        ),
        of(
            "a quote that is never closed",
            "quote.csv",
            format!("{head}\"U1,S1,P1,view,1767225600\n{}", "U1,S1,P1,view,1767225600\n".repeat(200)).as_bytes(),
            Log,
        ),
        of("a header in Latin-1 over rows in UTF-8", "mixed.csv", b"session_id,produit_id\xe9\n1,\xc3\xa9\n", Log),
        of(
            "two lists that could be the rows",
            "lists.json",
            b"{\"session_id\":1,\"seen\":[{\"sku\":1}],\"bought\":[{\"sku\":2}]}",
            Log,
        ),
        of("gzip that is cut off", "cut.csv.gz", &whole[..whole.len() / 2], Log),
        of("gzip that is damaged", "damaged.csv.gz", &flipped(whole.clone(), whole.len() / 2), Log),
        of("zstd that is cut off", "cut.csv.zst", &zstd::encode_all(log.as_bytes(), 3).unwrap()[..300], Log),
        of("text under the name of Parquet", "text.parquet", log.as_bytes(), Log),
        of("Parquet that is cut off", "cut.parquet", b"PAR1 and then the connection broke", Log),
        of("a web page under the name of JSON lines", "page.jsonl", b"<!doctype html><title>404</title>\n", Log),
        of("a JSON array of plain values", "plain.json", b"[1, 2, 3]", Log),
        of(
            "JSON lines that break off",
            "cut.jsonl",
            b"{\"session_id\":1,\"item_id\":\"a\"}\n{\"session_id\":1,\"item_\n{\"sess\n{\"se\n",
            Log,
        ),
        of("a feed without ids", "noid.csv", b"colour,shape\nred,round\n", Catalogue),
        of("XML that is no feed", "page.xml", b"<html><body>Not found</body></html>", Catalogue),
        of("an XML feed that breaks off", "cut.xml", b"<rss><channel><item><id>1</id></item><item><id>2</i", Catalogue),
        of("an empty model", "empty.vicino", b"", Model),
        of("a web page under the name of a model", "page.vicino", b"<!doctype html><title>404</title>", Model),
        of("a model that is cut off", "cut.vicino", &model()[..model().len() / 2], Model),
        of("a model with a flipped bit", "bit.vicino", &flipped(model(), model().len() / 2), Model),
        of("a mapping with a word that is no field", "mapping.toml", b"[columns]\nproduct_sku = \"sku\"\n", Mapping),
        of("histories without their column", "histories.csv", b"row_id,history\n1,P1\n", Histories),
    ]
}

/// Returns the message about a file, without the folder that it is in.
fn message(folder: &Path, broken: &Broken) -> String {
    let path = folder.join(broken.name);
    fs::write(&path, &broken.bytes).unwrap();
    let (path, out) = (arg(&path), arg(&folder.join("never.out")));
    let (log, shop) = (SHOP.arg("train.csv"), SHOP.model());
    let args = match broken.read {
        Reader::Log => vec!["explore", &path, "-o", &out],
        Reader::Catalogue => vec!["explore", &log, "--catalog", &path, "-o", &out],
        Reader::Model => vec!["recommend", "--model", &path, "--history", "P1"],
        Reader::Mapping => vec!["explore", &log, "--mapping", &path, "-o", &out],
        Reader::Histories => vec!["recommend", "--model", &shop, "--histories", &path, "-o", &out],
    };
    let args = if broken.what.starts_with("no two") { vec!["train", &path, "-o", &out] } else { args };
    let output = vicino(args).output().unwrap();
    let text = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1), "{}: {text}", broken.what);
    assert!(output.stdout.is_empty(), "{}: something on stdout", broken.what);
    assert!(!Path::new(&out).exists(), "{}: a result is left behind", broken.what);
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "{}: a temporary file is left behind", broken.what);
    fs::remove_file(&path).unwrap();
    text.replace(&format!("{}/", arg(folder)), "").trim_end().to_owned()
}

#[test]
fn broken_files_are_refused_in_these_words() {
    let folder = TempDir::new().unwrap();
    let files = broken_files();
    assert!(files.len() >= 25, "{}", files.len());
    let mut found = String::new();
    for broken in &files {
        writeln!(found, "## {}: {}\n\n{}\n", broken.what, broken.name, message(folder.path(), broken)).unwrap();
    }
    let golden = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/broken_files.txt");
    if std::env::var_os("UPDATE_GOLDEN").is_some() {
        fs::write(&golden, &found).unwrap();
    }
    let expected = fs::read_to_string(&golden).unwrap();
    for (found, expected) in found.split("## ").zip(expected.split("## ")) {
        assert_eq!(found, expected);
    }
    assert_eq!(found.len(), expected.len());
}
