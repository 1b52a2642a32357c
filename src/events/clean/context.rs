//! Input and output of a rule of cleaning.

use super::super::cleaning::Cleaning;
use super::super::raw::{LogTraits, RawLog};
use super::super::rows::Events;

/// The events that a rule takes, ascending; or why it did not run.
pub(super) type Outcome = Result<Vec<u32>, &'static str>;

pub(super) const OFF: &str = "turned off";
pub(super) const NO_CLOCK: &str = "no times";
pub(super) const NO_MOMENTS: &str = "no moments";
pub(super) const NO_SHOPPERS: &str = "no shoppers";
pub(super) const NO_PRICES: &str = "no prices";
pub(super) const NO_QUANTITIES: &str = "no quantities";
pub(super) const NO_STATUSES: &str = "no statuses";
pub(super) const NO_SESSIONS: &str = "no sessions";

/// The state of a log in the middle of cleaning, as a rule sees it.
pub(super) struct RuleContext<'a> {
    pub(super) log: &'a RawLog,
    pub(super) cleaning: &'a Cleaning,
    pub(super) traits: LogTraits,
    /// By event, whether it was left out.
    pub(super) is_out: Vec<bool>,
}

impl RuleContext<'_> {
    pub(super) fn events(&self) -> &Events {
        &self.log.events
    }

    pub(super) fn is_kept(&self, event: u32) -> bool {
        !self.is_out[event as usize]
    }

    /// The events that are left, in the order of the files.
    pub(super) fn kept(&self) -> impl Iterator<Item = u32> {
        self.is_out.iter().zip(0..).filter(|(is_out, _)| !**is_out).map(|(_, event)| event)
    }
}
