//! Judges what was left out: the share of the rows, or of one kind of event, that a reason takes.

use super::neutral::is_neutral;
use super::report::ReadReport;
use super::rules::Reason;
use crate::EventKind;

/// The share above which a loss is worth a warning.
const WARNING: f64 = 0.05;
/// The share above which a log should not be used without a person's consent.
const ERROR: f64 = 0.2;
/// The fewest rows that are an error: a share of a handful of rows says little.
const MIN_ERROR_ROWS: u64 = 5;

/// A reason that takes more of a log than it should, see [`ReadReport::losses`].
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Loss {
    /// The reason.
    pub reason: Reason,
    /// The kind of event of which it takes most; `None` if it takes more of all rows.
    pub kind: Option<EventKind>,
    /// Number of rows that it takes, of the kind or of all.
    pub rows: u64,
    /// Number of rows of the kind or of all.
    pub of: u64,
    /// True above a fifth (and from 5 rows on): the log is probably not read as it is meant.
    pub is_error: bool,
}

impl Loss {
    /// Share of the rows, `0..=1`.
    pub fn share(&self) -> f64 {
        self.rows as f64 / self.of.max(1) as f64
    }
}

impl ReadReport {
    /// Returns the reasons that take more than 5 % of all rows or of one kind of event, in the order of the rules.
    ///
    /// Reasons that sound logs hold in any number ([`Reason::is_expected`]) are not among them, nor are event types
    /// that usually stand beside those of products, such as searches and page scrolls.
    pub fn losses(&self) -> Vec<Loss> {
        let unexpected = self.rejections.iter().filter(|rejection| !rejection.reason.is_expected());
        unexpected.filter_map(|rejection| self.loss(rejection.reason, rejection.rows)).collect()
    }

    fn loss(&self, reason: Reason, rows: u64) -> Option<Loss> {
        let rows = match reason {
            Reason::UnknownEventType => rows.saturating_sub(self.neutral_rows()),
            _ => rows,
        };
        let of_all = Loss { reason, kind: None, rows, of: self.num_rows, is_error: false };
        let of_kinds = EventKind::ALL.into_iter().map(|kind| {
            let of_kind = |kinds: &[u64; 3]| kinds[kind as usize];
            let left_out: u64 = self.rejected_kinds.iter().map(|(_, kinds)| of_kind(kinds)).sum();
            let own = self.rejected_kinds.iter().find(|(of, _)| *of == reason);
            let rows = own.map_or(0, |(_, kinds)| of_kind(kinds));
            Loss { reason, kind: Some(kind), rows, of: of_kind(&self.kinds) + left_out, is_error: false }
        });
        // Of equal shares the first, which is that of all rows.
        let most = of_kinds.fold(of_all, |most, loss| if loss.share() > most.share() { loss } else { most });
        let is_error = most.share() > ERROR && most.rows >= MIN_ERROR_ROWS;
        (most.share() > WARNING).then_some(Loss { is_error, ..most })
    }

    /// Rows of event types that are left out by right.
    fn neutral_rows(&self) -> u64 {
        self.unknown_event_types.iter().filter(|(name, _)| is_neutral(name)).map(|(_, rows)| rows).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Silent;
    use crate::events::{ReadOptions, read};
    use crate::table::testing::Files;

    /// The losses of a log of 100 views and `num_carts` cart events, of which each `row` makes the text.
    fn losses(rows: impl Fn(usize, &'static str) -> String, num_carts: usize) -> Vec<Loss> {
        let kinds = std::iter::repeat_n("view", 100).chain(std::iter::repeat_n("add_to_cart", num_carts));
        let lines: String = kinds.enumerate().map(|(at, kind)| rows(at, kind)).collect();
        let files = Files::new();
        let path = files.write("log.csv", format!("session,item,event,timestamp\n{lines}"));
        let options = ReadOptions { max_rejected: 1.0, ..ReadOptions::default() };
        read(&[path], &options, &Silent).unwrap().1.losses()
    }

    fn line(at: usize, kind: &str, is_bad: bool) -> String {
        let time = if is_bad { "soon".to_owned() } else { format!("2026-03-01T10:{:02}:00Z", at % 60) };
        format!("{},{at},{kind},{time}\n", at / 4)
    }

    #[test]
    fn a_twentieth_is_nothing_and_a_fifth_a_warning() {
        assert_eq!(losses(|at, kind| line(at, kind, at < 5), 0), []);
        let expected = |rows, is_error| Loss { reason: Reason::BadTimestamp, kind: None, rows, of: 100, is_error };
        assert_eq!(losses(|at, kind| line(at, kind, at < 6), 0), [expected(6, false)]);
        assert_eq!(losses(|at, kind| line(at, kind, at < 20), 0), [expected(20, false)]);
        assert_eq!(losses(|at, kind| line(at, kind, at < 21), 0), [expected(21, true)]);
    }

    #[test]
    fn all_of_one_kind_is_seen_though_it_is_little_of_all() {
        let kind = Some(EventKind::Cart);
        let found = losses(|at, kind| line(at, kind, at >= 100), 5);
        assert_eq!(found, [Loss { reason: Reason::BadTimestamp, kind, rows: 5, of: 5, is_error: true }]);
        // Two rows are too few to stop for.
        assert!(!losses(|at, kind| line(at, kind, at >= 100), 2)[0].is_error);
    }

    #[test]
    fn types_that_usually_stand_beside_are_no_loss() {
        assert_eq!(losses(|at, _| line(at, if at < 60 { "session_start" } else { "view" }, false), 0), []);
        let found = losses(|at, _| line(at, if at < 60 { "looked into it" } else { "view" }, false), 0);
        assert_eq!((found[0].reason, found[0].rows, found[0].is_error), (Reason::UnknownEventType, 60, true));
    }
}
