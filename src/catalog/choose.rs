//! Chooses the columns of a feed by their names, by what they hold, and by the ids of the log.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{CatalogError, Field};
use crate::Silent;
use crate::table::{Cell, MAX_WANTED, Origin, Row, names};

/// Sorts of products that shop systems tell apart, which are no categories.
const SORTS: [&str; 11] = [
    "simple",
    "configurable",
    "bundle",
    "virtual",
    "grouped",
    "downloadable",
    "variable",
    "variation",
    "external",
    "giftcard",
    "subscription",
];

/// The columns of a feed.
#[derive(Debug, Default)]
pub(super) struct Chosen {
    /// The column of each field.
    pub(super) of_field: BTreeMap<Field, usize>,
    /// Another column by which rows may name their parent.
    pub(super) other_id: Option<usize>,
    /// True if the log's ids told which column has ids.
    pub(super) is_id_of_log: bool,
}

/// Contents of the columns of a feed.
struct Survey {
    /// True for each column with a value.
    is_filled: Vec<bool>,
    /// True for each column whose values are all among [`SORTS`].
    has_sorts: Vec<bool>,
    /// Number of the log's ids that a column has.
    num_known: Vec<usize>,
}

/// Chooses the column of each field; `named` are those that somebody names, `log_ids` the ids to be found, if any.
///
/// # Errors
/// The feed cannot be read, has none of the named columns, or no column of ids.
pub(super) fn choose(
    origin: &Origin,
    available: &[String],
    named: &BTreeMap<Field, String>,
    log_ids: &[String],
) -> Result<Chosen, CatalogError> {
    let path = origin.path();
    let mut chosen = Chosen::default();
    for (&field, name) in named.iter().filter(|(_, name)| !name.trim().is_empty()) {
        let Some(column) = names::named(available, name.trim()) else {
            let (path, column, available) = (path.to_owned(), name.clone(), available.to_vec());
            return Err(CatalogError::UnknownColumn { path, field, column, available });
        };
        chosen.of_field.insert(field, column);
    }
    let candidates = |field: Field| names::all(available, &field.usual());
    let open: Vec<Field> = Field::ALL.into_iter().filter(|field| !named.contains_key(field)).collect();
    let mut columns: Vec<usize> = Vec::new();
    for column in open.iter().flat_map(|&field| candidates(field)) {
        if !columns.contains(&column) {
            columns.push(column);
        }
    }
    let survey = survey(origin, available.len(), &columns, log_ids)?;
    let is_free = |chosen: &Chosen, column: usize| !chosen.of_field.values().any(|&taken| taken == column);
    for field in open {
        let free = candidates(field).into_iter().filter(|&column| is_free(&chosen, column));
        let mut filled: Vec<usize> = free.filter(|&column| survey.is_filled[column]).collect();
        let column = match field {
            Field::Id => id_column(&mut chosen, filled, &candidates(Field::Group), &survey),
            // The rows of one handle are no variants if handles are the ids.
            Field::Group if has_id_of_group(&chosen, &candidates(Field::Group)) => None,
            Field::Category => {
                filled.retain(|&column| !survey.has_sorts[column]);
                filled.first().copied()
            }
            // A price for now is the price only where a regular one stands beside it.
            Field::SalePrice if !is_called(&chosen, available, Field::Price, "regularprice") => None,
            _ => filled.first().copied(),
        };
        if let Some(column) = column {
            chosen.of_field.insert(field, column);
        }
    }
    if !chosen.of_field.contains_key(&Field::Id) {
        // A feed whose ids are all empty is told so row by row.
        match candidates(Field::Id).into_iter().find(|&column| is_free(&chosen, column)) {
            Some(column) if !named.contains_key(&Field::Id) => drop(chosen.of_field.insert(Field::Id, column)),
            _ => return Err(CatalogError::MissingId { path: path.to_owned(), available: available.to_vec() }),
        }
    }
    if chosen.of_field.contains_key(&Field::Group) {
        let other = candidates(Field::Id).into_iter().find(|&column| is_free(&chosen, column));
        chosen.other_id = other.filter(|&column| survey.is_filled[column]);
    }
    Ok(chosen)
}

/// The column with most of the log's ids, else the first of `filled`.
fn id_column(chosen: &mut Chosen, filled: Vec<usize>, of_groups: &[usize], survey: &Survey) -> Option<usize> {
    let groups = of_groups.iter().copied().filter(|column| !filled.contains(column));
    let tried: Vec<usize> = filled.iter().copied().chain(groups).collect();
    let most = tried.iter().map(|&column| survey.num_known[column]).max().filter(|&most| most > 0);
    let of_log = tried.iter().copied().find(|&column| most == Some(survey.num_known[column]));
    chosen.is_id_of_log = of_log.is_some();
    of_log.or(filled.first().copied())
}

fn has_id_of_group(chosen: &Chosen, of_groups: &[usize]) -> bool {
    chosen.of_field.get(&Field::Id).is_some_and(|column| of_groups.contains(column))
}

fn is_called(chosen: &Chosen, available: &[String], field: Field, name: &str) -> bool {
    chosen.of_field.get(&field).is_some_and(|&column| names::normalise(&available[column]) == name)
}

/// Looks into `columns`, as many at a time as can be read together.
fn survey(origin: &Origin, num_columns: usize, columns: &[usize], log_ids: &[String]) -> Result<Survey, CatalogError> {
    let mut survey = Survey {
        is_filled: vec![false; num_columns],
        has_sorts: vec![true; num_columns],
        num_known: vec![0; num_columns],
    };
    let numbers: HashMap<&str, u32> = log_ids.iter().map(String::as_str).zip(0..).collect();
    for columns in columns.chunks(MAX_WANTED) {
        let mut known: Vec<BTreeSet<u32>> = vec![BTreeSet::new(); columns.len()];
        super::read::open(origin, &BTreeMap::new())?.read(columns, &Silent, &mut |row| {
            let Row::Cells { cells, .. } = row else { return };
            for ((&column, cell), known) in columns.iter().zip(cells).zip(&mut known) {
                let cell = cell.unless_null();
                if cell == Cell::Missing {
                    continue;
                }
                let text = cell.to_text();
                survey.is_filled[column] = true;
                survey.has_sorts[column] &= SORTS.contains(&&*names::normalise(&text));
                known.extend(numbers.get(&*text));
            }
        })?;
        for (&column, known) in columns.iter().zip(known) {
            survey.num_known[column] = known.len();
        }
    }
    Ok(survey)
}
