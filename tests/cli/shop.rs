//! A small made-up shop on disk, and a model trained from it.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tempfile::TempDir;

/// Products of the shop: `P0` to `P59`, ten to a category.
pub const NUM_ITEMS: usize = 60;

/// A moment in 2026, in seconds.
const START: u64 = 1_767_225_600;

/// An event log of sessions that each stay mostly in one category and go up through its products.
///
/// `from` is the number of the first session; later sessions are later in time.
pub fn events(from: u64, num_sessions: u64) -> String {
    let mut csv = String::from("customer_id,session_id,product_id,event_type,timestamp\n");
    for session in from..from + num_sessions {
        let mut state = session.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
        let mut draw = |below: u64| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state >> 11) % below
        };
        let category = draw(6);
        let mut at = draw(10);
        for event in 0..3 + draw(4) {
            let item = if draw(12) == 0 { draw(NUM_ITEMS as u64) } else { category * 10 + at };
            let kind = if draw(5) == 0 { "purchase" } else { "view" };
            let time = START + session * 7200 + event * 60;
            csv += &format!("U{},S{session},P{item},{kind},{time}\n", session % 90);
            at = (at + 1 + draw(2)) % 10;
        }
    }
    csv
}

/// The shop's files, made once for all tests of a run.
pub struct Shop {
    folder: TempDir,
}

impl Shop {
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn arg(&self, name: &str) -> String {
        arg(&self.path(name))
    }

    pub fn model(&self) -> String {
        self.arg("shop.vicino")
    }
}

/// A path as an argument.
pub fn arg(path: &Path) -> String {
    path.to_str().expect("test paths are UTF-8").to_owned()
}

/// `train.csv`, `later.csv`, `rows.csv`, `products.csv` and `shop.vicino`.
pub static SHOP: LazyLock<Shop> = LazyLock::new(|| {
    let shop = Shop { folder: TempDir::new().expect("a temporary folder") };
    let write = |name: &str, text: String| fs::write(shop.path(name), text).expect("a test file");
    write("train.csv", events(0, 600));
    write("later.csv", events(600, 60));
    let mut products = String::from("product_id,title,category\n");
    for item in 0..NUM_ITEMS {
        products += &format!("P{item},Product {item},Category {}\n", item / 10);
    }
    write("products.csv", products);
    let mut rows = String::from("row_id,prefix,target,note\n");
    for row in 0..300_usize {
        let ids: Vec<String> = (0..row % 5).map(|at| format!("P{}", (row * 7 + at) % 70)).collect();
        rows += &format!("r{row},{},P{},\"a, b\"\n", ids.join(" "), (row * 7 + row % 5) % 70);
    }
    write("rows.csv", rows);
    let model = shop.model();
    let train =
        ["train", &shop.arg("train.csv"), "--catalog", &shop.arg("products.csv"), "-o", &model, "--evaluations", "8"];
    crate::vicino(train).assert().success();
    shop
});
