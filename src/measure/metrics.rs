//! Metrics of one ranked list, as pure functions of the ranks of its relevant items.
//!
//! A list is described by `ranks`: the positions, from 1, of its relevant items, in any order and
//! each once. Relevant items that are not listed have no rank; `num_relevant` counts them all. A metric at cut-off k
//! looks at the first k positions only, and is 0 for k = 0 or when nothing is relevant. Over many lists a
//! metric is the mean over the lists, those with a value of 0 included.
//!
//! With one relevant item (the next click), HitRate@k = Recall@k = k * Precision@k. Papers on session-based
//! recommendation print this HitRate as "P@k".

/// Returns the positions, from 1, of the items of `relevant` in `listed`, ascending.
///
/// `listed` holds no item twice. `O(listed * relevant)`.
pub fn ranks<T: PartialEq>(listed: &[T], relevant: &[T]) -> Vec<usize> {
    (1..=listed.len()).filter(|&rank| relevant.contains(&listed[rank - 1])).collect()
}

/// HitRate@k: 1 if a relevant item is in the first k positions, else 0.
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

/// AP@k, of one list: the mean of [`precision`] at the ranks of the relevant items in the first k positions, those that
/// are missing counted as 0, over min(k, `num_relevant`) items; its mean over lists is MAP@k.
///
/// The divisor is what a list of k can hold, so that the best list has 1 (trec_eval's `map_cut` divides by
/// `num_relevant`, and the two differ where more than k items are relevant). With one relevant item it is
/// [`reciprocal_rank`].
pub fn average_precision(ranks: &[usize], num_relevant: usize, k: usize) -> f64 {
    let found = ranks.iter().filter(|rank| (1..=k).contains(*rank));
    let sum: f64 = found.map(|&rank| precision(ranks, rank)).sum();
    ratio(0.0 + sum, k.min(num_relevant) as f64)
}

/// NDCG@k with relevance 0 or 1 (Järvelin and Kekäläinen 2002, with the usual `log2(rank + 1)`): the sum of
/// `1 / log2(rank + 1)` over the relevant items in the first k positions, divided by the sum that the best possible
/// list reaches, which has min(k, `num_relevant`) relevant items in front.
pub fn ndcg(ranks: &[usize], num_relevant: usize, k: usize) -> f64 {
    let gain = |rank: usize| 1.0 / libm::log2(rank as f64 + 1.0);
    let found = ranks.iter().filter(|rank| (1..=k).contains(*rank)).map(|&rank| gain(rank));
    // The sum of nothing is -0.
    let found = 0.0 + found.sum::<f64>();
    let best: f64 = (1..=k.min(num_relevant)).map(gain).sum();
    ratio(found, best)
}

/// Coverage@k: the share of the catalogue that is in the first k positions of at least one list.
///
/// `is_listed` holds for each item whether it is; 0 for an empty catalogue. Near 0 every shopper is shown the same few
/// items; 1 means that every item is shown to somebody.
pub fn coverage(is_listed: impl ExactSizeIterator<Item = bool>) -> f64 {
    let num_items = is_listed.len();
    ratio(is_listed.filter(|&is| is).count() as f64, num_items as f64)
}

/// Gini index of exposure: how unevenly the places of all lists are shared out among the items of the catalogue.
///
/// `exposures` holds for each item how often it is listed, items that never are included. With x ascending and i from 1
/// to n it is sum of (2 i - n - 1) x_i / (n sum of x). 0: all items are listed equally often; near 1: all places are of
/// one item. 0 for an empty catalogue or without any list. `O(n log n)`.
pub fn gini(exposures: &[u32]) -> f64 {
    let mut sorted = exposures.to_vec();
    sorted.sort_unstable();
    let n = sorted.len() as f64;
    let total: f64 = sorted.iter().map(|&x| f64::from(x)).sum();
    let weighed: f64 = sorted.iter().enumerate().map(|(at, &x)| (2.0 * (at + 1) as f64 - n - 1.0) * f64::from(x)).sum();
    ratio(weighed, n * total)
}

/// Novelty of one list (Zhou et al. 2010, "surprisal"): the mean over its items of -log2 of the share of sessions that
/// hold the item, in bits.
///
/// `shares` are those of the listed items; one of 0 has to be replaced by what is thought of an item never seen. 0:
/// everybody has seen all of it; each bit more is half as many. 0 for an empty list.
pub fn novelty(shares: &[f64]) -> f64 {
    ratio(shares.iter().map(|share| -libm::log2(*share)).sum(), shares.len() as f64)
}

/// Intra-list diversity (Ziegler et al. 2005, as a distance): 1 minus the mean similarity over all pairs of a list.
///
/// `similarities` has one value in 0 to 1 for each unordered pair. 1: no two items are alike. 0 for a list without a
/// pair, which has nothing to compare.
pub fn diversity(similarities: &[f64]) -> f64 {
    match similarities {
        [] => 0.0,
        pairs => 1.0 - pairs.iter().sum::<f64>() / pairs.len() as f64,
    }
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
        let (third, fifth) = (1.0 / libm::log2(3.0), 1.0 / libm::log2(5.0));
        assert!(close(ndcg(&example(), 3, 5), (third + fifth) / (1.5 + third)));
        // one relevant item at rank 3: 1/log2(4)
        assert!(close(ndcg(&[3], 1, 20), 0.5));
        assert!(close(ndcg(&[1, 2], 2, 2), 1.0));
    }

    #[test]
    fn average_precision_is_the_mean_precision_at_the_relevant_items() {
        // found at 2 and 4 of three relevant: (1/2 + 2/4) / min(3, k)
        assert!(close(average_precision(&example(), 3, 5), (0.5 + 0.5) / 3.0));
        assert!(close(average_precision(&example(), 3, 2), 0.5 / 2.0));
        assert!(close(average_precision(&[1, 2, 3], 5, 3), 1.0));
        assert_eq!(average_precision(&[], 3, 5), 0.0);
        // one relevant item: 1 / rank
        assert!(close(average_precision(&[4], 1, 20), 0.25));
    }

    #[test]
    fn gini_is_zero_for_equal_shares_and_near_one_for_a_single_item() {
        assert_eq!(gini(&[3, 3, 3]), 0.0);
        // ascending 0 0 0 8, n = 4: (2*4 - 5) * 8 / (4 * 8) = 3/4
        assert!(close(gini(&[0, 8, 0, 0]), 0.75));
        // 1 2 3: (-2 * 1 + 0 * 2 + 2 * 3) / (3 * 6) = 4/18
        assert!(close(gini(&[3, 1, 2]), 4.0 / 18.0));
        assert_eq!((gini(&[]), gini(&[0, 0])), (0.0, 0.0));
    }

    #[test]
    fn novelty_is_the_mean_surprisal() {
        // 1/2 and 1/8 of the sessions: 1 and 3 bits
        assert!(close(novelty(&[0.5, 0.125]), 2.0));
        assert_eq!((novelty(&[1.0]), novelty(&[])), (0.0, 0.0));
    }

    #[test]
    fn diversity_is_one_minus_the_mean_similarity() {
        assert!(close(diversity(&[0.5, 0.0, 0.25]), 0.75));
        assert_eq!((diversity(&[0.0]), diversity(&[1.0]), diversity(&[])), (1.0, 0.0, 0.0));
    }

    #[test]
    fn coverage_counts_items_listed_at_least_once() {
        assert!(close(coverage([true, false, false, true].into_iter()), 2.0 / 4.0));
        assert_eq!(coverage([].into_iter()), 0.0);
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
                reciprocal_rank(&ranks, k), ndcg(&ranks, relevant, k), average_precision(&ranks, relevant, k),
            ] {
                prop_assert!((0.0..=1.0 + 1e-12).contains(&value));
            }
            prop_assert!(recall(&ranks, relevant, k) <= recall(&ranks, relevant, k + 1));
            prop_assert!(reciprocal_rank(&ranks, k) <= hit_rate(&ranks, k));
        }

        #[test]
        fn gini_equals_the_mean_difference_of_all_pairs(exposures in proptest::collection::vec(0u32..20, 1..30)) {
            let n = exposures.len() as f64;
            let total: f64 = exposures.iter().map(|&x| f64::from(x)).sum();
            let pairs = exposures.iter().flat_map(|a| exposures.iter().map(move |b| f64::from(a.abs_diff(*b))));
            let expected = if total > 0.0 { pairs.sum::<f64>() / (2.0 * n * total) } else { 0.0 };
            prop_assert!(close(gini(&exposures), expected), "{} {}", gini(&exposures), expected);
        }

        #[test]
        fn average_precision_equals_walking_down_the_list(
            is_relevant in proptest::collection::vec(any::<bool>(), 1..20),
            unlisted in 0usize..4,
            k in 1usize..20,
        ) {
            let ranks: Vec<usize> = (1..=is_relevant.len()).filter(|rank| is_relevant[rank - 1]).collect();
            let num_relevant = ranks.len() + unlisted;
            let (mut found, mut sum) = (0.0, 0.0);
            for rank in 1..=k.min(is_relevant.len()) {
                if is_relevant[rank - 1] {
                    found += 1.0;
                    sum += found / rank as f64;
                }
            }
            let expected = if num_relevant > 0 { sum / num_relevant.min(k) as f64 } else { 0.0 };
            prop_assert!(close(average_precision(&ranks, num_relevant, k), expected));
        }

        #[test]
        fn with_one_relevant_item_hit_rate_is_recall(rank in 1usize..40, k in 1usize..40) {
            prop_assert_eq!(hit_rate(&[rank], k), recall(&[rank], 1, k));
            prop_assert_eq!(average_precision(&[rank], 1, k), reciprocal_rank(&[rank], k));
            prop_assert!(close(hit_rate(&[rank], k), precision(&[rank], k) * k as f64));
        }
    }
}
