//! Account of a reading: what was read, by which columns, what was guessed, and what was left out.
//!
//! Every command that reads a log prints it, always in the same order, and gives it as JSON under the same names.

use std::collections::HashSet;

use serde::Serialize;

use super::facts::{date, day_of};
use super::figure::Grid;
use super::format::{percent, plural, thousands};
use super::hints::{Hints, Setting};
use super::stats::share;
use crate::events::{
    AlikeIds, EventLog, Example, Field, MarkedValues, MatchedColumn, ReadReport, RoundedIds, Rule, SessionSource,
    TimeSource,
};
use crate::{EventKind, ItemIx};

/// A log in numbers and words; see [`reading`].
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reading {
    /// Number of rows of the files, headers not counted.
    pub num_rows: u64,
    /// Number of rows that did not become events.
    pub num_left_out: u64,
    /// Number of events.
    pub num_events: u64,
    /// Events by kind.
    pub kinds: Kinds,
    /// Number of sessions.
    pub num_sessions: u64,
    /// Number of distinct shoppers; `None` if the log names none.
    pub num_shoppers: Option<u64>,
    /// Number of distinct items.
    pub num_items: u64,
    /// Number of those that a column makes variants of a product; 0 without such a column.
    pub num_variants: u64,
    /// Number of products that these are variants of.
    pub num_parents: u64,
    /// The column that is used for each field.
    pub columns: Vec<MatchedColumn>,
    /// Source of the sessions.
    pub session_source: SessionSource,
    /// True if sessions are orders, baskets, invoices or transactions.
    pub sessions_are_baskets: bool,
    /// Time without an event after which a session ends, in ms; `None` if sessions are not cut so.
    pub session_gap_ms: Option<i64>,
    /// Source of the order of events.
    pub time_source: TimeSource,
    /// The first and the last event; `None` without real times.
    pub period: Option<Period>,
    /// In which order dates such as 3/11/2000 are read; `None` without such dates.
    pub date_order: Option<&'static str>,
    /// The kind that every event got; `None` if a column says it.
    pub assumed_kind: Option<&'static str>,
    /// Decisions that no column makes.
    pub guesses: Vec<Guess>,
    /// The rows that were left out, by reason, in the order of the rules.
    pub left_out: Vec<LeftOut>,
    /// Rows before and after each rule, in the order in which they ran.
    pub rules: Vec<RuleRows>,
    /// The event types that are no interest in an item, and their rows, the most frequent first; at most 20.
    pub unknown_event_types: Vec<(String, u64)>,
    /// Ids that a spreadsheet has rounded, by field.
    pub rounded_ids: Vec<RoundedIds>,
    /// Values whose marks of a spreadsheet were taken off, by column.
    pub marked_values: Vec<MarkedValues>,
    /// Ids of products that differ by case, blanks or Unicode form only.
    pub alike_ids: Option<AlikeIds>,
    /// The currencies that prices are written in without a rate to the shop's, and their rows.
    pub currencies: Vec<(String, u64)>,
}

/// Numbers of events by kind.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Kinds {
    /// Views.
    pub view: u64,
    /// Cart events.
    pub cart: u64,
    /// Purchases.
    pub purchase: u64,
}

impl From<[u64; 3]> for Kinds {
    fn from([view, cart, purchase]: [u64; 3]) -> Kinds {
        Kinds { view, cart, purchase }
    }
}

/// Times of the first and the last event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Period {
    /// The first, in ms since 1970 UTC.
    pub first_ms: i64,
    /// The last.
    pub last_ms: i64,
}

/// A decision that no column makes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Guess {
    /// Its stable name: `profile`, `joined`, `columns`, `column`, `guests`, `unread`, `restarted`, `rounded`, `alike`,
    /// `marks`, `baskets`, `file`, `kind`, `dates`, `order`, `shoppers` or `sessions`.
    pub id: &'static str,
    /// The decision and its reason, in words.
    pub text: String,
}

/// The rows that were left out for one reason.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeftOut {
    /// The reason's stable name: `bad_timestamp`.
    pub reason: &'static str,
    /// The rule's stable name: `bad-values`.
    pub rule: &'static str,
    /// Number of rows.
    pub rows: u64,
    /// Share of all rows, `0..=1`.
    pub share: f64,
    /// Those whose kind is known, by kind.
    pub kinds: Kinds,
    /// Judgement of the number.
    pub verdict: Verdict,
    /// The first of the rows.
    pub example: Example,
}

/// Judgement of how much a reason takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// Nothing unusual.
    Fine,
    /// More than 5 % of the rows or of one kind of event.
    Warning,
    /// More than 20 %.
    Error,
}

/// Rows before and after a rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct RuleRows {
    /// The rule's stable name.
    pub rule: &'static str,
    /// The name of the setting that changes it; `None` if none does.
    pub flag: Option<&'static str>,
    /// Number of rows that it was given.
    pub before: u64,
    /// Number of rows that it left.
    pub after: u64,
    /// The reason why it did not run, if it did not.
    pub skipped: Option<&'static str>,
}

/// Gives account of how `log` was read. `O(n)` for `n` sessions and items.
///
/// `hints` names the settings that change what was decided.
pub fn reading(log: &EventLog, read: &ReadReport, hints: &Hints) -> Reading {
    let sessions = &log.sessions;
    let mut is_used = vec![false; log.item_ids.len()];
    for item in &sessions.items {
        if let Some(is_used) = is_used.get_mut(item.as_usize()) {
            *is_used = true;
        }
    }
    let mut shoppers = sessions.shoppers.clone();
    shoppers.sort_unstable();
    shoppers.dedup();
    let of_items = (0..).map(ItemIx).zip(&is_used).filter(|(_, is_used)| **is_used);
    let parents: Vec<&str> = of_items.filter_map(|(item, _)| log.parent_of(item)).collect();
    let distinct_parents: HashSet<&str> = parents.iter().copied().collect();
    let losses = read.losses();
    let left_out = read.rejections.iter().map(|rejection| {
        let kinds = read.rejected_kinds.iter().find(|(reason, _)| *reason == rejection.reason);
        let loss = losses.iter().find(|loss| loss.reason == rejection.reason);
        LeftOut {
            reason: rejection.reason.key(),
            rule: rejection.reason.rule().name(),
            rows: rejection.rows,
            share: share(rejection.rows, read.num_rows),
            kinds: kinds.map_or_else(Kinds::default, |&(_, kinds)| kinds.into()),
            verdict: loss.map_or(Verdict::Fine, |loss| if loss.is_error { Verdict::Error } else { Verdict::Warning }),
            example: rejection.example.clone(),
        }
    });
    let rules = read.rules.iter().map(|count| RuleRows {
        rule: count.rule.name(),
        flag: (hints.name)(Setting::Rule(count.rule)),
        before: count.before,
        after: count.after,
        skipped: count.skipped,
    });
    Reading {
        num_rows: read.num_rows,
        num_left_out: read.num_rows.saturating_sub(read.num_events),
        num_events: read.num_events,
        kinds: read.kinds.into(),
        num_sessions: sessions.len() as u64,
        num_shoppers: sessions.has_shoppers.then_some(shoppers.len() as u64),
        num_items: is_used.iter().filter(|&&is_used| is_used).count() as u64,
        num_variants: parents.len() as u64,
        num_parents: distinct_parents.len() as u64,
        columns: read.columns.clone(),
        session_source: read.session_source,
        sessions_are_baskets: read.sessions_are_baskets,
        session_gap_ms: read.session_gap_ms,
        time_source: read.time_source,
        period: read.period_ms.map(|(first_ms, last_ms)| Period { first_ms, last_ms }),
        date_order: read.date_order,
        assumed_kind: read.assumed_kind.map(EventKind::name),
        guesses: guesses(log, read, hints),
        left_out: left_out.collect(),
        rules: rules.collect(),
        unknown_event_types: read.unknown_event_types.clone(),
        rounded_ids: read.rounded_ids.clone(),
        marked_values: read.marked_values.clone(),
        alike_ids: read.alike_ids.clone(),
        currencies: read.currencies.clone(),
    }
}

/// Lists the decisions that no column makes.
fn guesses(log: &EventLog, read: &ReadReport, hints: &Hints) -> Vec<Guess> {
    let mut guesses = Vec::new();
    let mut add = |id, text: String| guesses.push(Guess { id, text });
    for profile in &read.profiles {
        add("profile", format!("columns are those of the profile {profile}"));
    }
    for table in &read.joined {
        let (path, without) = (table.path.display(), thousands(table.without));
        add("joined", format!("{path} is joined by `{}`; {without} rows find nothing in it", table.on));
    }
    for one in &read.alternatives {
        let others = one.others.iter().map(|other| format!("`{other}`")).collect::<Vec<_>>().join(" or ");
        add("columns", format!("the {} is `{}`; it could also be {others}", one.field, one.column));
    }
    for guess in &read.guesses {
        add("column", guess.clone());
    }
    if !read.unknown_shoppers.is_empty() {
        let ids = read.unknown_shoppers.iter().map(|(id, rows)| format!("`{id}` ({} events)", thousands(*rows)));
        let ids = ids.collect::<Vec<_>>().join(", ");
        let setting = hints.in_brackets(Setting::Rule(Rule::Guests));
        add("guests", format!("ids that stand for nobody are no shoppers: {ids}{setting}"));
    }
    for unread in &read.unread_values {
        let Example { path, line, column, found } = &unread.example;
        let place = format!("{}:{line} `{column}`: {found}", path.display());
        add("unread", format!("{}: {} rows, the first at {place}", unread.reason, thousands(unread.rows)));
    }
    if read.restarted_sessions > 0 {
        let sessions = thousands(read.restarted_sessions);
        add("restarted", format!("{sessions} sessions have the number of an earlier one or of another shopper"));
    }
    if read.order_is_arbitrary {
        add("baskets", "baskets are sorted by product: their order says nothing and is drawn".to_owned());
    }
    for rounded in &read.rounded_ids {
        add("rounded", rounded_text(rounded));
    }
    if let Some(alike) = &read.alike_ids {
        add("alike", alike_text(alike));
    }
    for MarkedValues { column, values, found, read_as } in &read.marked_values {
        let values = plural(*values, "value", "values");
        add("marks", format!("{values} of `{column}` without a spreadsheet's marks: `{found}` is `{read_as}`"));
    }
    for (path, remark) in &read.remarks {
        add("file", format!("{} {remark}", path.display()));
    }
    if let Some(kind) = read.assumed_kind {
        let setting = hints.in_brackets(Setting::EventKind);
        add("kind", format!("every event is a {}: no column says what was done{setting}", kind.name()));
    }
    if let Some(order) = read.date_order {
        add("dates", format!("dates such as 3/11/2000 are {order}"));
    }
    match read.time_source {
        TimeSource::Times => {}
        TimeSource::Days => add("order", "within a day events are in the order of the file".to_owned()),
        TimeSource::Positions => add("order", "the newest sessions are the last ones of the file".to_owned()),
        TimeSource::Rows => add("order", "events are in the order of the file: no column has times".to_owned()),
    }
    if !log.sessions.has_shoppers {
        add("shoppers", "each session counts as one shopper: no column names shoppers".to_owned());
    }
    match read.session_source {
        SessionSource::Column => {}
        SessionSource::Inactivity => {
            let minutes = read.session_gap_ms.unwrap_or_default() as f64 / 60_000.0;
            let setting = hints.in_brackets(Setting::SessionGap);
            add("sessions", format!("a session ends after {minutes} minutes without an event{setting}"));
        }
        SessionSource::Shopper => {
            add("sessions", "all events of a shopper are one session: there are no times to cut by".to_owned());
        }
    }
    guesses
}

/// Ids that a spreadsheet has rounded, in words, with what to do.
pub fn rounded_text(RoundedIds { field, column, ids, found }: &RoundedIds) -> String {
    let ids = plural(*ids, "id", "ids");
    format!(
        "{ids} of the {field} in `{column}` rounded by a spreadsheet, such as `{found}`: different ones may have become \
         one; export the log anew, with the column as text"
    )
}

/// Says which ids of products are alike.
fn alike_text(AlikeIds { ids, found, other }: &AlikeIds) -> String {
    format!(
        "{} by case, blanks or Unicode form only, such as `{found}` and `{other}`: each is a product of its own",
        plural(*ids, "id of a product differs", "ids of products differ")
    )
}

impl Reading {
    /// The account as rows of name, value and source, always in the same order.
    pub fn account(&self) -> Grid {
        let column = |field: Field| {
            let matched = self.columns.iter().find(|matched| matched.field == field);
            matched.map(|matched| format!("column `{}`", matched.column))
        };
        let mut grid = Grid::new(&["what", "value", "told by"]);
        let mut row = |what: &str, value: String, source: String| grid.row([what.to_owned(), value, source]);
        let left_out = match self.num_left_out {
            0 => "0".to_owned(),
            some => format!("{} ({})", thousands(some), percent(share(some, self.num_rows))),
        };
        row("rows read", thousands(self.num_rows), String::new());
        row("rows left out", left_out, String::new());
        row("events", thousands(self.num_events), String::new());
        let kinds = [("views", self.kinds.view), ("carts", self.kinds.cart), ("purchases", self.kinds.purchase)];
        let by = column(Field::Event).unwrap_or_else(|| "a guess".to_owned());
        for (name, count) in kinds.into_iter().filter(|&(_, count)| count > 0) {
            row(name, thousands(count), by.clone());
        }
        let by = column(Field::Session).unwrap_or_else(|| match self.session_source {
            SessionSource::Shopper => "shoppers".to_owned(),
            _ => "pauses".to_owned(),
        });
        row(if self.sessions_are_baskets { "baskets" } else { "sessions" }, thousands(self.num_sessions), by);
        match self.num_shoppers {
            Some(count) => row("shoppers", thousands(count), column(Field::Shopper).unwrap_or_default()),
            None => row("shoppers", "unknown".to_owned(), String::new()),
        }
        row("products", thousands(self.num_items), column(Field::Item).unwrap_or_default());
        if self.num_variants > 0 {
            let text =
                format!("{} of {}", thousands(self.num_variants), plural(self.num_parents, "product", "products"));
            row("variants", text, column(Field::Parent).unwrap_or_default());
        }
        let by = column(Field::Timestamp).unwrap_or_default();
        match self.period.map(|Period { first_ms, last_ms }| (day_of(first_ms), day_of(last_ms))) {
            Some((first, last)) => {
                let days = plural((last - first + 1) as u64, "day", "days");
                row("from", date(first), by.clone());
                row("to", format!("{} ({days})", date(last)), by.clone());
            }
            None => row("period", "unknown".to_owned(), String::new()),
        }
        let order = match self.time_source {
            TimeSource::Times => ("by time", by),
            TimeSource::Days => ("by day", by),
            TimeSource::Positions => ("by position", column(Field::Position).unwrap_or(by)),
            TimeSource::Rows => ("as in the file", String::new()),
        };
        row("order", order.0.to_owned(), order.1);
        let others = [Field::Position, Field::Quantity, Field::Price];
        for field in others.into_iter().filter(|&field| field != Field::Position || order.0 != "by position") {
            if let Some(column) = column(field) {
                row(field.name(), "yes".to_owned(), column);
            }
        }
        for rounded in &self.rounded_ids {
            let value = format!("{}, such as {}", thousands(rounded.ids), rounded.found);
            row("rounded ids", value, format!("column `{}`", rounded.column));
        }
        if let Some(alike) = &self.alike_ids {
            let value = format!("{}, such as {} and {}", thousands(alike.ids), alike.found, alike.other);
            row("ids alike", value, "by case, blanks or Unicode form".to_owned());
        }
        for marked in &self.marked_values {
            let value = format!("{}, such as {}", thousands(marked.values), marked.found);
            row("marks taken off", value, format!("column `{}`", marked.column));
        }
        grid
    }
}
