//! Status of an order: whether anything was bought.

use super::usual_names::words;
use crate::table::Cell;
use crate::table::interner::Interner;

/// Meaning of a row's status.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    /// Nothing: the order's other rows may say it.
    Missing,
    /// The order stands, or may still come about.
    Sound,
    /// The order was cancelled, refunded, voided or failed.
    Void,
}

/// Words of orders that came to nothing, in the languages of shops.
const VOID: &[&str] = &[
    "cancelled",
    "canceled",
    "cancel",
    "cancellation",
    "failed",
    "failure",
    "refunded",
    "refund",
    "voided",
    "void",
    "returned",
    "expired",
    "declined",
    "rejected",
    "denied",
    "abandoned",
    "trash",
    "reversed",
    "chargeback",
    "disputed",
    "storniert",
    "abgebrochen",
    "fehlgeschlagen",
    "erstattet",
    "annulé",
    "annulée",
    "annule",
    "remboursé",
    "remboursée",
    "échouée",
    "echouee",
    "cancelado",
    "cancelada",
    "reembolsado",
    "reembolsada",
    "fallido",
    "fallida",
    "annullato",
    "annullata",
    "rimborsato",
    "fallito",
    "geannuleerd",
    "terugbetaald",
    "mislukt",
    "anulowane",
    "anulowano",
    "zwrócone",
    "nieudane",
    "estornado",
    "devolvido",
];

/// Words that say that a part of the order stands.
const PARTLY: &[&str] = &["partially", "partial", "partly", "teilweise", "partiellement", "parcialmente"];

/// Returns true if the cell of a time of cancelling holds one, or says that the order was cancelled.
#[inline]
pub(super) fn is_cancelled(cell: Cell<'_>) -> bool {
    match cell.unless_null() {
        Cell::Missing => false,
        Cell::Int(value) | Cell::TimeMs(value) => value != 0,
        Cell::Float(value) => value != 0.0,
        Cell::Text(text) => {
            let is_no = ["false", "no", "n", "f", "nein", "non"].iter().any(|no| text.eq_ignore_ascii_case(no));
            // Databases write zeros for a time that is none.
            !is_no && text.bytes().any(|byte| !matches!(byte, b'0' | b'-' | b':' | b' ' | b'.' | b'T' | b'Z'))
        }
    }
}

/// The statuses of a log, looked up once each.
pub(super) struct Statuses {
    names: Interner,
    of_names: Vec<Status>,
    /// Values that say that nothing was bought in the current file.
    void: &'static [&'static str],
}

impl Statuses {
    pub(super) fn new() -> Statuses {
        Statuses { names: Interner::with_names(), of_names: Vec::new(), void: &[] }
    }

    /// Begins a file in which the values `void` say that nothing was bought, too.
    pub(super) fn begin_file(&mut self, void: &'static [&'static str]) {
        if self.void != void {
            *self = Statuses { void, ..Statuses::new() };
        }
    }

    /// The status that a cell says.
    pub(super) fn of(&mut self, cell: Cell<'_>) -> Status {
        if cell.unless_null() == Cell::Missing {
            return Status::Missing;
        }
        let number = self.names.intern(cell) as usize;
        if number == self.of_names.len() {
            let name = cell.to_text();
            let is_void = self.void.contains(&name.as_ref()) || is_void(&name);
            self.of_names.push(if is_void { Status::Void } else { Status::Sound });
        }
        self.of_names.get(number).copied().unwrap_or(Status::Missing)
    }
}

fn is_void(name: &str) -> bool {
    let words = words(name);
    let has = |of: &[&str]| words.iter().any(|word| of.contains(&word.as_str()));
    has(VOID) && !has(PARTLY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_that_came_to_nothing_are_told_by_words() {
        let void =
            ["Cancelled", "canceled", "wc-failed", "VOIDED", "Refunded", "Payment failed", "storniert", "annulé"];
        let sound = ["Completed", "processing", "on-hold", "paid", "partially_refunded", "delivered", "pending", "6"];
        assert!(void.iter().all(|name| is_void(name)));
        assert_eq!(sound.iter().filter(|name| is_void(name)).collect::<Vec<_>>(), Vec::<&&str>::new());
        let mut statuses = Statuses::new();
        statuses.begin_file(&["6"]);
        let cells = [Cell::Int(6), Cell::Text("7"), Cell::Missing].map(|cell| statuses.of(cell));
        assert_eq!(cells, [Status::Void, Status::Sound, Status::Missing]);
    }
}
