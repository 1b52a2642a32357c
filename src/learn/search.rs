//! Maximises an objective: a (1+1) evolution strategy with log-normal steps (Rechenberg 1973; Schwefel 1981).

use crate::Random;

/// Size of the first step, as the standard deviation of a hyperparameter's logarithm.
const FIRST_STEP: f64 = 0.35;
const STEP_UP: f64 = 1.15;
const STEP_DOWN: f64 = 0.985;
/// The search ends early after this share of its evaluations in a row without a better value.
const PATIENCE: f64 = 0.35;

/// Result of a search.
#[derive(Clone, Debug, PartialEq)]
pub struct Optimum<T> {
    /// The best point.
    pub best: T,
    /// Its value.
    pub value: f64,
    /// Evaluations after which a better value was found, and the value.
    pub curve: Vec<(usize, f64)>,
}

/// Searches from `start`, trying at most `evaluations` mutations; better or equal ones are kept.
///
/// `mutate` makes a neighbour of a point at about the distance of the step that it is given. The same random numbers
/// and objective give the same path.
pub fn optimise<T: Clone>(
    start: T,
    evaluations: usize,
    random: &mut Random,
    mut mutate: impl FnMut(&T, f64, &mut Random) -> T,
    mut objective: impl FnMut(&T) -> f64,
) -> Optimum<T> {
    let value = objective(&start);
    let mut found = Optimum { best: start, value, curve: vec![(0, value)] };
    let mut step = FIRST_STEP;
    let mut last_better = 0;
    let patience = (evaluations as f64 * PATIENCE).ceil() as usize;
    for evaluation in 1..=evaluations {
        let tried = mutate(&found.best, step, random);
        let value = objective(&tried);
        if value > found.value {
            found.curve.push((evaluation, value));
            last_better = evaluation;
        }
        if value >= found.value {
            (found.best, found.value) = (tried, value);
            step *= STEP_UP;
        } else {
            step *= STEP_DOWN;
        }
        if evaluation - last_better >= patience {
            break;
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Moves one of two numbers.
    fn mutate(at: &[f64; 2], step: f64, random: &mut Random) -> [f64; 2] {
        let mut at = *at;
        at[random.below(2)] *= libm::exp(step * random.normal());
        at
    }

    #[test]
    fn climbing_finds_a_known_optimum() {
        let objective =
            |at: &[f64; 2]| -(libm::log(at[0]) - libm::log(0.5)).powi(2) - (libm::log(at[1]) - libm::log(3.0)).powi(2);
        let found = optimise([1.0, 1.0], 400, &mut Random::new(1), mutate, objective);
        assert!((found.best[0] - 0.5).abs() < 0.02, "{found:?}");
        assert!((found.best[1] - 3.0).abs() < 0.1, "{found:?}");
        assert!(found.curve.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1));
    }

    #[test]
    fn a_search_that_finds_nothing_better_ends_early() {
        let mut num_evaluations = 0;
        let found = optimise([1.0, 1.0], 100, &mut Random::new(1), mutate, |_| {
            num_evaluations += 1;
            if num_evaluations == 1 { 1.0 } else { 0.0 }
        });
        assert_eq!((num_evaluations, found.best, found.curve), (36, [1.0, 1.0], vec![(0, 1.0)]));
    }
}
