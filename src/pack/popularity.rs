//! Popularity as one byte an item.

/// Steps of popularity to a factor of 2: levels 1 to 255 span a factor of 60,000.
const POPULARITY_STEPS: f64 = 16.0;

/// Popularity on a logarithmic scale: 255 for the most popular item, 1 less for each factor of 2^(1/16), 1 at the
/// least; 0 where it is withheld.
pub(super) fn levels(popularity: &[f32]) -> Vec<u8> {
    let most = f64::from(popularity.iter().copied().fold(0.0, f32::max));
    let level = |value: f32| {
        let steps = (POPULARITY_STEPS * libm::log2(most / f64::from(value))).round();
        if value > 0.0 { (255.0 - steps).max(1.0) as u8 } else { 0 }
    };
    popularity.iter().map(|&value| level(value)).collect()
}

/// Popularity of which only the `num_exact` largest levels stay as they are; the others become the mean of their class,
/// or 0 if most of the class is withheld.
pub(super) fn by_class(popularity: Vec<u8>, classes: &[u8], num_exact: usize) -> Vec<u8> {
    let mut sorted: Vec<u8> = popularity.clone();
    sorted.sort_unstable_by(|a, b| b.cmp(a));
    let Some(&least) = sorted.get(num_exact) else { return popularity };
    let mut sums = [(0u64, 0u64, 0u64); 256];
    for (&level, &class) in popularity.iter().zip(classes) {
        if level <= least {
            let (sum, num, num_withheld) = &mut sums[usize::from(class)];
            *sum += u64::from(level);
            *num += 1;
            *num_withheld += u64::from(level == 0);
        }
    }
    let mean = |class: u8| {
        let (sum, num, num_withheld) = sums[usize::from(class)];
        if 2 * num_withheld > num { 0 } else { (sum / (num - num_withheld).max(1)) as u8 }
    };
    let of = |(level, &class): (u8, &u8)| if level > least { level } else { mean(class) };
    popularity.into_iter().zip(classes).map(of).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn popularity_loses_16_levels_for_each_halving_and_0_means_withheld() {
        assert_eq!(levels(&[8.0, 4.0, 0.0, 1e-30, 8.0]), [255, 239, 0, 1, 255]);
        assert_eq!(levels(&[0.0]), [0]);
        assert!(levels(&[]).is_empty());
    }

    #[test]
    fn all_but_the_most_popular_become_their_class_s_mean() {
        let exact = vec![250, 240, 100, 110, 0, 50, 0];
        assert_eq!(by_class(exact.clone(), &[1, 1, 1, 1, 0, 0, 0], 2), [250, 240, 105, 105, 0, 0, 0]);
        assert_eq!(by_class(exact.clone(), &[1, 1, 1, 1, 0, 0, 0], 7), exact);
    }
}
