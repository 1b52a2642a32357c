//! Replenishment: the chance that something is due to be bought again.

/// Gives the degree to which a purchase is due, above 0 and below 1.
///
/// ```text
/// n / (n + 1) * 2 d / (1 + d * d)        d = days since the last purchase / days from one purchase to the next
/// ```
///
/// for `n` purchases. It is greatest when just that interval is over, and falls alike for what was bought a moment ago and for what was given up long
/// since: the second factor is the same for d and 1 / d. The first grows with what is known, from a half for one purchase. Ratios are kept within 0.001
/// to 1000, so that nothing bought is worth nothing; without a number of days since, or an interval, d is 0.001.
#[allow(clippy::manual_clamp, reason = "clamping leaves what is no number as it is")]
pub fn due(days_since: f32, num_purchases: f32, interval_days: f32) -> f32 {
    let ratio = (days_since / interval_days).max(0.001).min(1000.0);
    let num_purchases = num_purchases.max(1.0).min(1e6);
    num_purchases / (num_purchases + 1.0) * (2.0 * ratio / (1.0 + ratio * ratio))
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::due;

    #[test]
    fn it_is_due_when_the_interval_is_over() {
        // 1/2 * 2 * 1 / 2, and 3/4 of the same times two.
        assert_eq!(due(30.0, 1.0, 30.0), 0.5);
        assert_eq!(due(30.0, 3.0, 30.0), 0.75);
        // d = 2 and d = 1/2: 1/2 * 4/5 and 1/2 * 1 / 1.25.
        assert_eq!(due(60.0, 1.0, 30.0), 0.4);
        assert_eq!(due(15.0, 1.0, 30.0), 0.4);
    }

    #[test]
    fn no_numbers_are_too_odd() {
        for days in [0.0, -3.0, f32::NAN, f32::INFINITY, 1e30] {
            for num in [0.0, f32::NAN, f32::INFINITY] {
                for interval in [0.0, -1.0, f32::NAN, f32::INFINITY] {
                    let due = due(days, num, interval);
                    assert!(due > 0.0 && due < 1.0, "{days} {num} {interval}: {due}");
                }
            }
        }
    }
}
