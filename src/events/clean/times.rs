//! Points in time that cannot be, and those outside the period that is asked for.

use std::ops::Range;

use super::context::{NO_CLOCK, OFF, Outcome, RuleContext};

/// 1995-01-01: nothing was sold on the web before.
const FIRST_MS: i64 = 788_918_400_000;
/// 2100-01-01.
const LAST_MS: i64 = 4_102_444_800_000;

/// Events before 1995 or from 2100 on: clocks that were never set, and units that were mistaken.
pub(super) fn impossible(context: &RuleContext<'_>) -> Outcome {
    match context.cleaning.drop_impossible_times {
        true => outside(context, FIRST_MS..LAST_MS),
        false => Err(OFF),
    }
}

/// Events outside the wanted period.
pub(super) fn outside_period(context: &RuleContext<'_>) -> Outcome {
    match (context.cleaning.from_ms, context.cleaning.until_ms) {
        (None, None) => Err(OFF),
        (from, until) => outside(context, from.unwrap_or(i64::MIN)..until.unwrap_or(i64::MAX)),
    }
}

fn outside(context: &RuleContext<'_>, period: Range<i64>) -> Outcome {
    if !context.traits.has_times {
        return Err(NO_CLOCK);
    }
    Ok(context.kept().filter(|&event| !period.contains(&context.events().time_of(event))).collect())
}
