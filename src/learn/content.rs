//! Content similarity: neighbours for items that have too few events, derived from the catalogue.
//!
//! Owns the words of a product and their weights. Fields become words (every level of the category path, the brand,
//! the words of the title, bands of the price), words weigh by how few items have them, and items are as alike as the
//! cosine of their words (tf-idf: Salton and Buckley 1988). It comes from the catalogue alone and reveals
//! nothing of shoppers. Knows nothing of counts but the number of events of an item.

use super::rows::{Truncation, finish, keep_heaviest};
use crate::{CsrMatrix, ItemIx};
use std::collections::HashMap;

/// Description of one item in a catalogue.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Description<'a> {
    /// Name for people.
    pub title: Option<&'a str>,
    /// Category, or the path to it with `>`, `/` or `|` between the levels.
    pub category: Option<&'a str>,
    /// Maker.
    pub brand: Option<&'a str>,
    /// Price.
    pub price: Option<f64>,
}

/// Levels of a category path that count, from the widest; feeds have up to seven.
const MAX_LEVELS: usize = 32;
/// Words of a title that count, from the first; feeds allow 150 letters.
const MAX_TITLE_WORDS: usize = 200;

impl Description<'_> {
    /// The category and those that it is in, in lower case, each as its path from the widest; [`MAX_LEVELS`] at most.
    pub(crate) fn categories(&self) -> Vec<String> {
        let mut path = String::new();
        let levels = self.category.unwrap_or_default().split(['>', '/', '|']).map(str::trim);
        let grow = |level: &str| {
            path.push('>');
            path.push_str(&level.to_lowercase());
            path.clone()
        };
        levels.filter(|level| !level.is_empty()).take(MAX_LEVELS).map(grow).collect()
    }

    /// The words of the title that have two letters or more, in lower case; [`MAX_TITLE_WORDS`] at most.
    pub(crate) fn title_words(&self) -> impl Iterator<Item = String> {
        let words = self.title.unwrap_or_default().split(|letter: char| !letter.is_alphanumeric());
        words.filter(|word| word.chars().nth(1).is_some()).take(MAX_TITLE_WORDS).map(str::to_lowercase)
    }
}

/// Evidence (weighted events) at which an item's own counts weigh as much as its content: at 0 content fills empty rows
/// alone, large values let it in everywhere. On two years of a gift shop, 5 % of its items hidden but for one event, 3,
/// 5, 10 and 30 give 26.4, 26.5, 26.9 and 27.0 % HitRate@20 (25.3 without content); on the baskets of a simulated
/// grocer 3, 5 and 10 give 13.0, 13.0 and 12.6 % (12.9).
const HALF: f32 = 5.0;
/// Rows whose share of content is below this are left as they are.
const LEAST_SHARE: f32 = 0.02;
/// Largest number of items of similar content in a row.
const MOST_ALIKE: usize = 64;
/// Least similarity: items below it share no more than a band of prices or a frequent word.
const LEAST_ALIKE: f32 = 0.1;
/// Words of more items than this are left out: they distinguish nothing and would take most of the time.
const MAX_ITEMS_OF_WORD: usize = 5000;
/// Importance of a word beside its rarity, by its field.
const CATEGORY: f32 = 1.0;
const BRAND: f32 = 0.7;
const TITLE: f32 = 1.0;
const PRICE: f32 = 0.3;

/// The words of every item.
#[derive(Clone, Debug)]
pub struct Content {
    /// Words of each item, as unit vectors; a word is named like an item.
    words: CsrMatrix,
    /// Items of each word.
    items: CsrMatrix,
}

impl Content {
    /// Reads descriptions, one for each item of the log in its order; `None` for items that the catalogue lacks.
    pub fn new<'a>(descriptions: impl IntoIterator<Item = Option<Description<'a>>>) -> Content {
        let mut numbers: HashMap<String, u32> = HashMap::new();
        let mut num_items_of: Vec<u32> = Vec::new();
        let mut found: Vec<Vec<(u32, f32)>> = Vec::new();
        for description in descriptions {
            let mut words: Vec<(u32, f32)> = Vec::new();
            for (word, importance) in description.iter().flat_map(words_of) {
                let number = *numbers.entry(word).or_insert_with(|| {
                    num_items_of.push(0);
                    num_items_of.len() as u32 - 1
                });
                if !words.iter().any(|word| word.0 == number) {
                    num_items_of[number as usize] += 1;
                    words.push((number, importance));
                }
            }
            found.push(words);
        }
        let num_items = found.len() as f32;
        let idf = |word: u32| match num_items_of[word as usize] as usize {
            0 | 1 => 0.0,
            num if num > MAX_ITEMS_OF_WORD => 0.0,
            num => libm::logf(num_items / num as f32),
        };
        let words = CsrMatrix::build(
            found.len(),
            || (),
            |(), item, columns, values| {
                let weighed = found[item].iter().map(|&(word, importance)| (word, importance * idf(word)));
                let weighed: Vec<(u32, f32)> = weighed.filter(|word| word.1 > 0.0).collect();
                let norm = weighed.iter().map(|word| word.1 * word.1).sum::<f32>().sqrt();
                columns.extend(weighed.iter().map(|word| ItemIx(word.0)));
                values.extend(weighed.iter().map(|word| word.1 / norm));
            },
        );
        let items = words.transpose(num_items_of.len());
        Content { words, items }
    }

    /// Fills rows of items with little evidence: with a = n_h / (n_h + g),
    /// W'[h,c] = a W[h,c] + (1 - a) t cos(h,c).
    ///
    /// t is the mean of the largest weights of the rows there are, so that content weighs as much as an ordinary row;
    /// g is [`HALF`]. `rows` are those of `wanted`, `evidence` is n by item, 0 for items without a row.
    /// `O(words of an item * items of a word)` a row, and nothing for rows with evidence enough.
    pub(super) fn fill(
        &self,
        rows: &CsrMatrix,
        evidence: &[f32],
        wanted: &[ItemIx],
        truncation: Truncation,
    ) -> CsrMatrix {
        let largest = |row: usize| rows.row(row).1.iter().copied().fold(0.0, f32::max);
        let (mut sum, mut num_filled) = (0.0, 0u32);
        for most in (0..rows.num_rows()).map(largest).filter(|&most| most > 0.0) {
            sum += f64::from(most);
            num_filled += 1;
        }
        let typical = if num_filled > 0 { (sum / f64::from(num_filled)) as f32 } else { 1.0 };
        let scratch = || (vec![0.0f32; self.words.num_rows()], Vec::new(), Vec::new());
        CsrMatrix::build(wanted.len(), scratch, |(sums, touched, entries): &mut Filling, at, columns, values| {
            let (row_columns, row_values) = rows.row(at);
            let n = evidence[wanted[at].as_usize()];
            let share = HALF / (n + HALF);
            if share < LEAST_SHARE {
                columns.extend_from_slice(row_columns);
                values.extend_from_slice(row_values);
                return;
            }
            self.alike(wanted[at], sums, touched, entries);
            keep_heaviest(entries, truncation.neighbours.min(MOST_ALIKE));
            for (column, cosine) in entries.drain(..) {
                sums[column.as_usize()] = share * typical * cosine;
                touched.push(column);
            }
            for (&column, &value) in row_columns.iter().zip(row_values) {
                let sum = &mut sums[column.as_usize()];
                if *sum == 0.0 {
                    touched.push(column);
                }
                *sum += (1.0 - share) * value;
            }
            entries.extend(touched.drain(..).map(|column| (column, std::mem::take(&mut sums[column.as_usize()]))));
            keep_heaviest(entries, truncation.neighbours);
            finish(entries, truncation, columns, values);
        })
    }

    /// The `most` items of the largest cosine for each item, ties to the lower number; none below `LEAST_ALIKE`.
    ///
    /// `cos(h,c) = sum over shared words w of x[h,w] x[c,w]`, where `x[i,w] = b_w ln(N / n_w)`, brought to length 1 for
    /// each item, with b_w the importance of the word's field, N items in all and n_w of them with the word (Salton and
    /// Buckley 1988, `ntc`). Words of one item, or of more than `MAX_ITEMS_OF_WORD`, are left out. The same for any
    /// number of threads;
    /// `O(words of an item * items of a word)` a row.
    pub fn similar(&self, most: usize) -> CsrMatrix {
        let num_items = self.words.num_rows();
        let scratch = || (vec![0.0f32; num_items], Vec::new(), Vec::new());
        let rows =
            CsrMatrix::build(num_items, scratch, |(sums, touched, entries): &mut Filling, item, columns, values| {
                self.alike(ItemIx(item as u32), sums, touched, entries);
                entries.retain(|entry| entry.1 >= LEAST_ALIKE);
                keep_heaviest(entries, most);
                columns.extend(entries.iter().map(|entry| entry.0));
                values.extend(entries.iter().map(|entry| entry.1));
            });
        rows.sorted()
    }

    /// The cosine of every item that has a word of `item`, but itself. `sums` is all zero before and after.
    fn alike(&self, item: ItemIx, sums: &mut [f32], touched: &mut Vec<ItemIx>, entries: &mut Vec<(ItemIx, f32)>) {
        let (words, weights) = self.words.row(item.as_usize());
        for (word, &weight) in words.iter().zip(weights) {
            let (others, their) = self.items.row(word.as_usize());
            for (&other, &value) in others.iter().zip(their) {
                let sum = &mut sums[other.as_usize()];
                if *sum == 0.0 {
                    touched.push(other);
                }
                *sum += weight * value;
            }
        }
        entries.clear();
        for other in touched.drain(..) {
            let cosine = std::mem::take(&mut sums[other.as_usize()]);
            if other != item {
                entries.push((other, cosine));
            }
        }
    }
}

/// Sums by item, items with a sum, entries of the row.
type Filling = (Vec<f32>, Vec<ItemIx>, Vec<(ItemIx, f32)>);

/// The words of a description and their importance; a letter in front keeps the fields apart.
fn words_of(description: &Description) -> Vec<(String, f32)> {
    let mut words: Vec<_> = description.categories().into_iter().map(|path| (format!("c{path}"), CATEGORY)).collect();
    if let Some(brand) = description.brand {
        words.push((format!("b{}", brand.trim().to_lowercase()), BRAND));
    }
    words.extend(description.title_words().map(|word| (format!("t{word}"), TITLE)));
    if let Some(price) = description.price.filter(|&price| price > 0.0 && price.is_finite()) {
        // Bands of half an octave, twice, half a band apart: near prices share at least one.
        let half_octaves = 2.0 * libm::log2(price);
        words.push((format!("p{}", half_octaves.floor()), PRICE));
        words.push((format!("q{}", (half_octaves + 0.5).floor()), PRICE));
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_most_alike_come_first_and_those_that_share_nothing_never() {
        let titles = ["red wool hat", "red wool scarf", "blue hat", "garden hose", "garden rake"];
        let content = Content::new(titles.map(titled));
        let similar = content.similar(1);
        // Item 0 shares two words with 1 and one with 2; each word is of two items.
        assert_eq!(
            (0..5).map(|item| similar.row(item).0.to_vec()).collect::<Vec<_>>(),
            [vec![ItemIx(1)], vec![ItemIx(0)], vec![ItemIx(0)], vec![ItemIx(4)], vec![ItemIx(3)]]
        );
        // Words that one item alone has are none: red wool hat has 3 of weight ln 2.5, red wool scarf 2 of them.
        assert!((similar.row(0).1[0] - 2.0 / 6f32.sqrt()).abs() < 1e-6);
        assert_eq!(content.similar(9).row(2).0, [ItemIx(0)]);
    }

    fn titled(title: &str) -> Option<Description<'_>> {
        Some(Description { title: Some(title), ..Description::default() })
    }

    fn rows(lists: &[&[(u32, f32)]]) -> CsrMatrix {
        let fill = |(): &mut (), row: usize, columns: &mut Vec<ItemIx>, values: &mut Vec<f32>| {
            columns.extend(lists[row].iter().map(|entry| ItemIx(entry.0)));
            values.extend(lists[row].iter().map(|entry| entry.1));
        };
        CsrMatrix::build(lists.len(), || (), fill)
    }

    fn sorted(rows: &CsrMatrix, row: usize) -> Vec<(u32, f32)> {
        let (columns, values) = rows.row(row);
        let mut entries: Vec<(u32, f32)> = columns.iter().map(|column| column.0).zip(values.iter().copied()).collect();
        entries.sort_by_key(|entry| entry.0);
        entries
    }

    const ALL: Truncation = Truncation { neighbours: 20, weight_bits: None };

    #[test]
    fn fields_become_words_that_do_not_mix() {
        let description = Description {
            title: Some("Red T-Shirt, red!"),
            category: Some("Wear > Shirts"),
            brand: Some(" Red "),
            price: Some(8.0),
        };
        let words: Vec<String> = words_of(&description).into_iter().map(|word| word.0).collect();
        // log2(8) = 3 is six half octaves.
        assert_eq!(words, ["c>wear", "c>wear>shirts", "bred", "tred", "tshirt", "tred", "p6", "q6"]);
        assert_eq!(words_of(&Description { price: Some(0.0), ..Description::default() }), []);
        // Each level holds those before it: without a limit, a path of 100,000 levels is 30 GB of words.
        let path = "a > ".repeat(100_000);
        let title = (0..100_000).map(|at| format!("word{at} ")).collect::<String>();
        let endless = Description { title: Some(&title), category: Some(&path), ..Description::default() };
        assert_eq!(words_of(&endless).len(), MAX_LEVELS + MAX_TITLE_WORDS);
    }

    #[test]
    fn near_prices_share_a_band() {
        let bands = |price| {
            let description = Description { price: Some(price), ..Description::default() };
            words_of(&description).into_iter().map(|word| word.0).collect::<Vec<_>>()
        };
        let shared = |a, b| bands(a).iter().filter(|band| bands(b).contains(band)).count();
        assert_eq!((shared(7.9, 8.1), shared(10.0, 10.5), shared(10.0, 20.0)), (1, 2, 0));
    }

    #[test]
    fn likeness_is_the_cosine_of_rare_words() {
        // Four items: `lamp` is in two (idf ln 2), `red` in three (ln 4/3), `oak` in one (nothing to share).
        let content = Content::new([titled("red lamp"), titled("red lamp oak"), titled("red"), None]);
        let filled = content.fill(&rows(&[&[], &[], &[], &[]]), &[0.0; 4], &[0, 1, 2, 3].map(ItemIx), ALL);
        let (lamp, red) = (libm::logf(2.0), libm::logf(4.0 / 3.0));
        let to_red = red / (lamp * lamp + red * red).sqrt();
        let found = sorted(&filled, 0);
        assert_eq!(found.iter().map(|entry| entry.0).collect::<Vec<_>>(), [1, 2]);
        assert!((found[0].1 - 1.0).abs() < 1e-6 && (found[1].1 - to_red).abs() < 1e-6, "{found:?}");
        assert_eq!(sorted(&filled, 3), []);
    }

    #[test]
    fn content_gives_way_to_evidence() {
        let content = Content::new([titled("lamp"), titled("lamp"), titled("oak"), titled("oak")]);
        let matrix = rows(&[&[(2, 0.8), (1, 0.2)], &[(0, 0.4)], &[], &[(0, 0.6)]]);
        let evidence = [HALF, 1000.0 * HALF, 0.0, HALF];
        let filled = content.fill(&matrix, &evidence, &[0, 1, 2, 3].map(ItemIx), ALL);
        // Largest weights 0.8, 0.4 and 0.6: t = 0.6. Row 0 is half its own, half content.
        let expected = [(1, 0.5 * 0.2 + 0.5 * 0.6), (2, 0.5 * 0.8)];
        for (found, expected) in sorted(&filled, 0).iter().zip(expected) {
            assert!(found.0 == expected.0 && (found.1 - expected.1).abs() < 1e-6, "{found:?}, expected {expected:?}");
        }
        assert_eq!(sorted(&filled, 1), [(0, 0.4)]);
        assert_eq!(sorted(&filled, 2).len(), 1);
        assert!((sorted(&filled, 2)[0].1 - 0.6).abs() < 1e-6);
    }

    #[test]
    fn filling_does_not_depend_on_the_number_of_threads() {
        let titles: Vec<String> = (0..700).map(|item| format!("w{} v{} u{}", item % 7, item % 31, item % 90)).collect();
        let content = Content::new(titles.iter().map(|title| titled(title)));
        let matrix = CsrMatrix::build(
            700,
            || (),
            |(), row, columns, values| {
                columns.push(ItemIx((row as u32 + 1) % 700));
                values.push(1.0 / (row + 1) as f32);
            },
        );
        let (evidence, wanted) = ((0..700).map(|item| item as f32).collect::<Vec<_>>(), (0..700).map(ItemIx));
        let wanted: Vec<ItemIx> = wanted.collect();
        let with = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| content.fill(&matrix, &evidence, &wanted, ALL))
        };
        assert_eq!(with(1), with(4));
    }
}
