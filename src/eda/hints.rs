//! Names of the settings that findings advise to change.

use crate::events::Rule;

/// A setting that a finding advises to change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The option that changes a rule of cleaning.
    Rule(Rule),
    /// The file that every removed row is written to.
    KeepRejects,
    /// The time without an event after which a session ends.
    SessionGap,
    /// The kind of all events of a log whose columns do not say it.
    EventKind,
    /// The kind of all events, set to purchases.
    EventsArePurchases,
    /// The minimum number of shoppers behind a pair.
    MinShoppers,
    /// The product feed.
    Catalog,
}

/// Names of settings where the reader can change them, such as the flags of a command.
#[derive(Clone, Copy, Debug)]
pub struct Hints {
    /// The word for such a name, which heads the column of them in tables: `flag`.
    pub kind: &'static str,
    /// The name of a setting; `None` if the reader cannot change it.
    pub name: fn(Setting) -> Option<&'static str>,
}

impl Hints {
    /// No names: findings advise in plain words.
    pub const NONE: Hints = Hints { kind: "", name: |_| None };

    /// Returns the name, or plain words in its place.
    pub(super) fn name_or(&self, setting: Setting, words: &'static str) -> &'static str {
        (self.name)(setting).unwrap_or(words)
    }

    /// Returns ` (NAME)`, or nothing without a name.
    pub(super) fn in_brackets(&self, setting: Setting) -> String {
        (self.name)(setting).map_or_else(String::new, |name| format!(" ({name})"))
    }

    /// Returns ` with NAME`, or nothing without a name.
    pub(super) fn with(&self, setting: Setting) -> String {
        (self.name)(setting).map_or_else(String::new, |name| format!(" with {name}"))
    }
}
