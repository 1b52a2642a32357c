//! Weights of a shopper's events and impressions: how long they looked, how they rated, and how long ago.
//!
//! All of it is arithmetic of `f32` in a fixed order, so that native and wasm builds give the same bits.

/// Time on a product's page, in seconds, that counts as usual.
const USUAL_DWELL_SECONDS: f32 = 30.0;
/// Time after which an impression counts half, in days; the device's store lets its counts fade by the same.
pub const IMPRESSION_HALF_LIFE_DAYS: f32 = 2.0;
/// Number of ignored impressions that halve a score.
const HALVING_IMPRESSIONS: f32 = 8.0;

/// Facts that a device knows about one event besides its item and kind.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Signals {
    /// Time since the event, in days; below 0 counts as 0.
    pub age_days: f32,
    /// Time after which an event of the kind counts half, in days; NaN for never.
    pub half_life_days: f32,
    /// Time on the product's page, in seconds; NaN if unknown.
    pub dwell_seconds: f32,
    /// Rating of the product, 1 to 5; NaN if unknown.
    pub rating: f32,
}

impl Default for Signals {
    fn default() -> Signals {
        Signals { age_days: 0.0, half_life_days: f32::NAN, dwell_seconds: f32::NAN, rating: f32::NAN }
    }
}

/// Returns the factor of an event, 1 for a usual one, for [`Source::ForYou`](super::Source::ForYou):
///
/// ```text
/// 2 dwell / (dwell + 30 s)  *  (rating - 1) / 2  *  0.5 ^ (age / half-life)
/// ```
///
/// The first part runs from 0 to 2, the second from 0 to 2; an unknown part is 1.
pub fn event_factor(signals: Signals) -> f32 {
    let Signals { age_days, half_life_days, dwell_seconds, rating } = signals;
    let mut factor = 1.0;
    if dwell_seconds >= 0.0 {
        factor *= 2.0 * dwell_seconds / (dwell_seconds + USUAL_DWELL_SECONDS);
    }
    if !rating.is_nan() {
        factor *= (rating - 1.0) / 2.0;
    }
    factor * half_to_the(age_days / half_life_days)
}

/// Returns the factor for the score of an item that was shown and ignored: `0.5 ^ (impressions that still count / 8)`.
/// `count` is their number at the last one, `age_days` the time since.
pub fn impression_factor(count: f32, age_days: f32) -> f32 {
    half_to_the(count * half_to_the(age_days / IMPRESSION_HALF_LIFE_DAYS) / HALVING_IMPRESSIONS)
}

/// Returns the score of an item that was viewed, by the number of items viewed since.
pub fn recency_score(position: usize) -> f32 {
    1.0 / (position as f32 + 1.0)
}

/// Returns `0.5 ^ exponent` within 3 units in the last place; 1 for an exponent that is negative or NaN, 0 above 120.
fn half_to_the(exponent: f32) -> f32 {
    if exponent > 120.0 {
        return 0.0;
    }
    let exponent = exponent.max(0.0);
    let whole = (exponent + 0.5) as u32;
    // The Taylor series of the exponential function, for at most half of ln 2.
    let y = (whole as f32 - exponent) * core::f32::consts::LN_2;
    let power = 1.0 + y * (1.0 + y / 2.0 * (1.0 + y / 3.0 * (1.0 + y / 4.0 * (1.0 + y / 5.0 * (1.0 + y / 6.0)))));
    power * f32::from_bits((127 - whole) << 23)
}

#[cfg(all(test, feature = "cli"))]
mod tests {
    use super::*;

    #[test]
    fn a_half_life_halves() {
        assert_eq!(half_to_the(0.0), 1.0);
        assert_eq!(half_to_the(1.0), 0.5);
        assert_eq!(half_to_the(7.0), 1.0 / 128.0);
        for at in 0..12_000u16 {
            let exponent = f32::from(at) / 100.0;
            let (ours, exact) = (half_to_the(exponent), libm::pow(0.5, exponent.into()));
            assert!((f64::from(ours) / exact - 1.0).abs() < 3e-7, "{exponent}: {ours} {exact}");
        }
        assert_eq!(half_to_the(f32::INFINITY), 0.0);
        assert_eq!(half_to_the(f32::NAN), 1.0);
        assert_eq!(half_to_the(-2.0), 1.0);
    }

    #[test]
    fn an_event_counts_by_time_rating_and_age() {
        let usual = Signals::default();
        assert_eq!(event_factor(usual), 1.0);
        assert_eq!(event_factor(Signals { dwell_seconds: 30.0, ..usual }), 1.0);
        assert_eq!(event_factor(Signals { dwell_seconds: 90.0, ..usual }), 1.5);
        assert_eq!(event_factor(Signals { dwell_seconds: 0.0, ..usual }), 0.0);
        assert_eq!(event_factor(Signals { rating: 5.0, ..usual }), 2.0);
        assert_eq!(event_factor(Signals { rating: 1.0, ..usual }), 0.0);
        assert_eq!(event_factor(Signals { age_days: 14.0, half_life_days: 7.0, ..usual }), 0.25);
        // Without a half-life, and from a clock that runs ahead.
        for half_life_days in [f32::NAN, f32::INFINITY] {
            assert_eq!(event_factor(Signals { age_days: 14.0, half_life_days, ..usual }), 1.0);
        }
        // A half-life of 0 forgets everything but the present.
        assert_eq!(event_factor(Signals { age_days: 0.001, half_life_days: 0.0, ..usual }), 0.0);
        assert_eq!(event_factor(Signals { age_days: 0.0, half_life_days: 0.0, ..usual }), 1.0);
        assert_eq!(event_factor(Signals { age_days: -3.0, half_life_days: 7.0, ..usual }), 1.0);
    }

    #[test]
    fn impressions_halve_a_score_by_eights_and_fade() {
        assert_eq!(impression_factor(8.0, 0.0), 0.5);
        assert_eq!(impression_factor(16.0, 2.0), 0.5);
        assert_eq!(impression_factor(0.0, 0.0), 1.0);
        assert_eq!(impression_factor(f32::NAN, 0.0), 1.0);
    }
}
