//! Contents of an event log for people: sizes, figures and findings.
//!
//! Owns the aggregates of exploring ([`explore`]), the values they are handed over in ([`figure`]), and the drawing of
//! those as one page without scripts from elsewhere ([`html`], [`svg`]) or as lines for a terminal ([`sparkline`]); and
//! the layout of a graph in the plane ([`layout`]); neighbours beside the log that they were learnt from ([`review`]),
//! and a model to look into ([`model_view`]).

mod bins;
mod calendar;
mod conversion;
mod distributions;
mod facts;
pub mod figure;
mod findings;
mod format;
mod hints;
pub mod html;
pub mod layout;
pub mod model_view;
mod pairs;
mod reading;
mod review;
mod sparkline;
mod stats;
mod summary;
pub mod svg;

#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::catalog::Catalog;
use crate::events::{EventLog, ReadReport};
use facts::Facts;
use figure::{Figure, Grid};

pub use findings::{Finding, Weight};
pub use format::thousands;
pub use hints::{Hints, Setting};
pub use reading::{Guess, Kinds, LeftOut, Period, Reading, RuleRows, Verdict, reading, rounded_text};
pub use review::{Review, review};
pub use sparkline::sparkline;
pub use summary::{PopularityPoint, SessionLength, Sizes, Summary, summarise};

/// Result of exploring an event log.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Exploration {
    /// Account of the reading in words: name, value and what tells it.
    pub reading: Grid,
    /// Sizes in words: name and value.
    pub overview: Grid,
    /// Rows that were left out, by reason, with the first row of each.
    pub quality: Grid,
    /// The rules of cleaning in their order, with the rows before and after each.
    pub rules: Grid,
    /// Findings, the weightiest first.
    pub findings: Vec<Finding>,
    /// The figures that the log has the columns for.
    pub figures: Vec<Figure>,
    /// The figures that it has not, and what they would need.
    pub missing: Vec<Missing>,
}

/// A figure that cannot be made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Missing {
    /// The title that it would have.
    pub title: String,
    /// The data that the log lacks for it.
    pub needs: String,
}

/// Explores a log: sizes, quality, every figure that its columns allow, and what stands out.
///
/// Times and prices are looked at if the log was read with [`keep_details`](crate::events::ReadOptions::keep_details).
/// `O(n log n)` for `n` events, and the pairs within sessions once for the picture of the matrix; 20 bytes an
/// event of memory. The same for any number of threads.
/// `hints` names the settings that findings advise to change.
pub fn explore(log: &EventLog, read: &ReadReport, catalog: Option<&Catalog>, hints: &Hints) -> Exploration {
    let facts = Facts::new(log);
    let mut figures = Vec::new();
    let mut missing = Vec::new();
    let mut add = |title: &str, made: Result<Figure, &str>| match made {
        Ok(figure) => figures.push(figure),
        Err(needs) => missing.push(Missing { title: title.to_owned(), needs: needs.to_owned() }),
    };
    let needs_catalog = format!("a catalogue with categories{}", hints.in_brackets(Setting::Catalog));
    add("Events over time", calendar::over_time(&facts));
    add("Events by weekday and hour", calendar::week(&facts, read));
    add("Session length", distributions::session_length(&facts));
    add("Basket size", distributions::basket_size(&facts));
    add("Events per shopper", distributions::events_per_shopper(&facts));
    add("Prices", distributions::prices(&facts));
    add("Popularity", distributions::popularity(&facts));
    add("Time until something is bought again", distributions::repeat_intervals(&facts));
    add("From view to purchase", conversion::funnel(&facts));
    add("Views against conversion", conversion::scatter(&facts, catalog));
    add(
        "Categories bought together",
        catalog.map_or(Err(&*needs_catalog), |catalog| pairs::categories(&facts, catalog)),
    );
    add("The matrix of products", pairs::matrix(&facts));
    add("New products and shoppers over time", calendar::cold_start(&facts));
    Exploration {
        reading: {
            let reading = reading(log, read, hints);
            let mut grid = reading.account();
            reading.guesses.iter().for_each(|guess| grid.row(["guess", &guess.text, ""]));
            grid
        },
        overview: findings::overview(&facts, read, catalog),
        quality: findings::quality(read),
        rules: findings::rules(read, hints),
        findings: findings::find(&facts, read, catalog, hints),
        figures,
        missing,
    }
}
