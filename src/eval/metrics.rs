//! Metrics of one ranked list, as pure functions of where the relevant items stand in it.
//!
//! A list is described by `ranks`: the positions, from 1, at which its relevant items stand, in any order and
//! each once. Relevant items that are not listed have no rank; `num_relevant` counts them all. A metric at cut-off k
//! looks at the first k positions only, and is 0 for k = 0 or when nothing is relevant. Over many lists a
//! metric is the mean over the lists, those with a value of 0 included.
//!
//! With one relevant item (the next click), HitRate@k = Recall@k = k * Precision@k. Papers on session-based
//! recommendation print this HitRate as "P@k".

/// The positions, from 1, at which the items of `relevant` stand in `listed`, ascending.
///
/// `listed` holds no item twice. `O(listed * relevant)`.
pub fn ranks<T: PartialEq>(listed: &[T], relevant: &[T]) -> Vec<usize> {
    (1..=listed.len()).filter(|&rank| relevant.contains(&listed[rank - 1])).collect()
}

/// HitRate@k: 1 if a relevant item stands in the first k positions, else 0.
pub fn hit_rate(ranks: &[usize], k: usize) -> f64 {
    f64::from(u8::from(num_hits(ranks, k) > 0))
}

/// Precision@k: relevant items in the first k positions, divided by k, also when the list is shorter than k.
pub fn precision(ranks: &[usize], k: usize) -> f64 {
    ratio(num_hits(ranks, k) as f64, k as f64)
}

/// Recall@k: relevant items in the first k positions, divided by `num_relevant`.
///
/// It stays below 1 for k smaller than `num_relevant`.
pub fn recall(ranks: &[usize], num_relevant: usize, k: usize) -> f64 {
    ratio(num_hits(ranks, k) as f64, num_relevant as f64)
}

/// F1@k: the harmonic mean of [`precision`] and [`recall`] of one list, 0 if both are 0.
///
/// With one relevant item it is 2 / (k + 1) for a hit, so it is comparable at equal k only.
pub fn f1(ranks: &[usize], num_relevant: usize, k: usize) -> f64 {
    let (precision, recall) = (precision(ranks, k), recall(ranks, num_relevant, k));
    ratio(2.0 * precision * recall, precision + recall)
}

/// Accuracy: 1 if the very first item of the list is relevant, else 0; that is HitRate@1.
pub fn accuracy(ranks: &[usize]) -> f64 {
    hit_rate(ranks, 1)
}

/// MRR@k, of one list: 1 / rank of the first relevant item if that is at most k, else 0.
pub fn reciprocal_rank(ranks: &[usize], k: usize) -> f64 {
    match ranks.iter().min() {
        Some(&first) if (1..=k).contains(&first) => 1.0 / first as f64,
        _ => 0.0,
    }
}

/// NDCG@k with relevance 0 or 1 (Järvelin and Kekäläinen 2002, with the usual `log2(rank + 1)`): the sum of
/// `1 / log2(rank + 1)` over the relevant items in the first k positions, divided by the sum that the best possible
/// list reaches, which has min(k, `num_relevant`) relevant items in front.
pub fn ndcg(ranks: &[usize], num_relevant: usize, k: usize) -> f64 {
    let gain = |rank: usize| 1.0 / (rank as f64 + 1.0).log2();
    let found: f64 = ranks.iter().filter(|rank| (1..=k).contains(*rank)).map(|&rank| gain(rank)).sum();
    let best: f64 = (1..=k.min(num_relevant)).map(gain).sum();
    ratio(found, best)
}

/// Coverage@k: the share of the catalogue that stands in the first k positions of at least one list.
///
/// `best_ranks` holds each item's smallest rank over all lists, `None` for an item never listed; 0 for an empty catalogue.
/// Near 0 every shopper is shown the same few items; 1 means that every item is shown to somebody.
pub fn coverage(best_ranks: &[Option<usize>], k: usize) -> f64 {
    let listed = best_ranks.iter().filter(|rank| rank.is_some_and(|rank| (1..=k).contains(&rank))).count();
    ratio(listed as f64, best_ranks.len() as f64)
}

fn num_hits(ranks: &[usize], k: usize) -> usize {
    ranks.iter().filter(|rank| (1..=k).contains(*rank)).count()
}

fn ratio(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { part / whole } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// a b c d e with b, d and x relevant.
    fn example() -> Vec<usize> {
        ranks(&["a", "b", "c", "d", "e"], &["x", "d", "b"])
    }

    fn close(actual: f64, expected: f64) -> bool {
        (actual - expected).abs() < 1e-12
    }

    #[test]
    fn ranks_are_positions_from_one() {
        assert_eq!(example(), [2, 4]);
        assert_eq!(ranks(&["a"], &[]), Vec::<usize>::new());
    }

    #[test]
    fn hit_rate_asks_for_one_relevant_item() {
        assert_eq!(hit_rate(&example(), 1), 0.0);
        assert_eq!(hit_rate(&example(), 2), 1.0);
        assert_eq!(hit_rate(&[], 20), 0.0);
    }

    #[test]
    fn precision_divides_by_k_even_if_the_list_is_short() {
        assert!(close(precision(&example(), 3), 1.0 / 3.0));
        assert!(close(precision(&example(), 4), 2.0 / 4.0));
        assert!(close(precision(&example(), 10), 2.0 / 10.0));
    }

    #[test]
    fn recall_divides_by_all_relevant_items() {
        assert!(close(recall(&example(), 3, 3), 1.0 / 3.0));
        assert!(close(recall(&example(), 3, 5), 2.0 / 3.0));
    }

    #[test]
    fn f1_is_the_harmonic_mean() {
        // precision 2/4, recall 2/3: 2 * (1/2 * 2/3) / (1/2 + 2/3) = (2/3) / (7/6) = 4/7
        assert!(close(f1(&example(), 3, 4), 4.0 / 7.0));
        // one relevant item, hit: 2 / (k + 1)
        assert!(close(f1(&[7], 1, 20), 2.0 / 21.0));
        assert_eq!(f1(&[], 3, 4), 0.0);
    }

    #[test]
    fn accuracy_looks_at_the_first_item_only() {
        assert_eq!(accuracy(&example()), 0.0);
        assert_eq!(accuracy(&[1, 3]), 1.0);
    }

    #[test]
    fn reciprocal_rank_takes_the_first_relevant_item_within_the_cut_off() {
        assert!(close(reciprocal_rank(&example(), 5), 1.0 / 2.0));
        assert_eq!(reciprocal_rank(&example(), 1), 0.0);
        assert_eq!(reciprocal_rank(&[], 5), 0.0);
    }

    #[test]
    fn ndcg_compares_with_the_best_possible_list() {
        // found at 2 and 4: 1/log2(3) + 1/log2(5); best at 1, 2, 3: 1 + 1/log2(3) + 1/2
        let (third, fifth) = (1.0 / 3f64.log2(), 1.0 / 5f64.log2());
        assert!(close(ndcg(&example(), 3, 5), (third + fifth) / (1.5 + third)));
        // one relevant item at rank 3: 1/log2(4)
        assert!(close(ndcg(&[3], 1, 20), 0.5));
        assert!(close(ndcg(&[1, 2], 2, 2), 1.0));
    }

    #[test]
    fn coverage_counts_items_listed_at_least_once() {
        let best = [Some(1), None, Some(6), Some(5)];
        assert!(close(coverage(&best, 5), 2.0 / 4.0));
        assert_eq!(coverage(&[], 5), 0.0);
    }

    #[test]
    fn nothing_relevant_and_k_of_zero_give_zero() {
        for (ranks, num_relevant, k) in [(&[][..], 0, 5), (&[1][..], 1, 0)] {
            let values = [
                hit_rate(ranks, k),
                precision(ranks, k),
                recall(ranks, num_relevant, k),
                f1(ranks, num_relevant, k),
                reciprocal_rank(ranks, k),
                ndcg(ranks, num_relevant, k),
            ];
            assert_eq!(values, [0.0; 6]);
        }
    }

    proptest! {
        #[test]
        fn metrics_stay_within_zero_and_one_and_rise_with_k(
            ranks in proptest::collection::btree_set(1usize..40, 0..8),
            unlisted in 0usize..4,
            k in 1usize..40,
        ) {
            let ranks: Vec<usize> = ranks.into_iter().collect();
            let relevant = ranks.len() + unlisted;
            for value in [
                hit_rate(&ranks, k), precision(&ranks, k), recall(&ranks, relevant, k), f1(&ranks, relevant, k),
                reciprocal_rank(&ranks, k), ndcg(&ranks, relevant, k),
            ] {
                prop_assert!((0.0..=1.0 + 1e-12).contains(&value));
            }
            prop_assert!(recall(&ranks, relevant, k) <= recall(&ranks, relevant, k + 1));
            prop_assert!(reciprocal_rank(&ranks, k) <= hit_rate(&ranks, k));
        }

        #[test]
        fn with_one_relevant_item_hit_rate_is_recall(rank in 1usize..40, k in 1usize..40) {
            prop_assert_eq!(hit_rate(&[rank], k), recall(&[rank], 1, k));
            prop_assert!(close(hit_rate(&[rank], k), precision(&[rank], k) * k as f64));
        }
    }
}
