//! The privacy threshold, compared here and nowhere else.

/// Minimum number of distinct shoppers (or sessions, if the log has no shoppers) behind a figure that leaves training.
///
/// Every pair of items, popularity, trend and interval of a model has passed [`allows`](PrivacyThreshold::allows).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrivacyThreshold {
    min_shoppers: u32,
}

impl PrivacyThreshold {
    /// Allows every figure.
    pub const NONE: PrivacyThreshold = PrivacyThreshold::new(1);

    /// Allows figures of at least `min_shoppers` shoppers; 0 and 1 allow every figure.
    pub const fn new(min_shoppers: u32) -> PrivacyThreshold {
        PrivacyThreshold { min_shoppers }
    }

    /// Returns true if a figure of `num_shoppers` distinct shoppers may leave training.
    pub const fn allows(self, num_shoppers: u32) -> bool {
        num_shoppers >= self.min_shoppers
    }

    /// Returns true if one shopper is enough, so that shoppers need not be counted.
    pub const fn allows_all(self) -> bool {
        self.allows(1)
    }
}

#[cfg(test)]
mod tests {
    use super::PrivacyThreshold;

    #[test]
    fn as_many_shoppers_as_the_threshold_are_enough() {
        let threshold = PrivacyThreshold::new(3);
        assert_eq!([0, 2, 3, 4].map(|num_shoppers| threshold.allows(num_shoppers)), [false, false, true, true]);
    }

    #[test]
    fn one_shopper_is_enough_up_to_a_threshold_of_one() {
        assert_eq!([0, 1, 2].map(|least| PrivacyThreshold::new(least).allows_all()), [true, true, false]);
        assert!(PrivacyThreshold::NONE.allows_all());
    }
}
