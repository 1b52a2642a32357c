//! Statistics of one list of numbers.

/// The share of `part` in `whole`; 0 of nothing.
pub(super) fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

/// The value at a share of the way through sorted values: the nearest rank, `ceil(share n)` (Hyndman & Fan 1996,
/// definition 1).
pub(super) fn quantile<T: Copy>(sorted: &[T], share: f64) -> Option<T> {
    let rank = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied()
}

/// The Gini coefficient of counts, `0..1`: 0 if all are equal, near 1 if one has all (Gini 1912, by sorted ranks).
pub(super) fn gini(sorted_ascending: &[u64]) -> f64 {
    let total: f64 = sorted_ascending.iter().map(|&count| count as f64).sum();
    let n = sorted_ascending.len() as f64;
    if total == 0.0 {
        return 0.0;
    }
    let weighted: f64 = (1..).zip(sorted_ascending).map(|(rank, &count): (u64, _)| rank as f64 * count as f64).sum();
    2.0 * weighted / (n * total) - (n + 1.0) / n
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_the_value_at_the_nearest_rank() {
        // Ranks ceil(0.5 * 4) = 2 and ceil(0.9 * 4) = 4.
        assert_eq!(quantile(&[1, 2, 3, 10], 0.5), Some(2));
        assert_eq!(quantile(&[1, 2, 3, 10], 0.9), Some(10));
        assert_eq!(quantile(&[1, 2, 3, 10], 0.0), Some(1));
        assert_eq!(quantile::<u64>(&[], 0.5), None);
    }

    #[test]
    fn gini_is_none_for_equals_and_nearly_one_for_one_that_has_all() {
        assert_eq!(gini(&[3, 3, 3]), 0.0);
        // (2 * 3 * 6 / (3 * 6)) - 4 / 3 = 2 - 4/3
        assert!((gini(&[0, 0, 6]) - 2.0 / 3.0).abs() < 1e-12);
        assert_eq!(gini(&[]), 0.0);
    }
}
