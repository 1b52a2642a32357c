//! Moves constants uphill: a (1+1) evolution strategy with log-normal steps (Rechenberg 1973; Schwefel 1981).

/// Size of the first step, as the standard deviation of a constant's logarithm.
const FIRST_STEP: f64 = 0.35;
const STEP_UP: f64 = 1.15;
const STEP_DOWN: f64 = 0.985;
/// The search ends early after this share of its evaluations in a row without a better value.
const PATIENCE: f64 = 0.35;

/// What a search found.
#[derive(Clone, Debug, PartialEq)]
pub struct Climbed<T> {
    /// The best constants.
    pub best: T,
    /// Their value.
    pub value: f64,
    /// Evaluations after which a better value was found, and the value.
    pub curve: Vec<(usize, f64)>,
}

/// Climbs from `start`, trying at most `evaluations` changes; better or equal ones stay.
///
/// `vary` makes a neighbour of some constants at about the distance of the step that it is given. The same random numbers and
/// objective give the same path.
pub fn climb<T: Clone>(
    start: T,
    evaluations: usize,
    random: &mut Random,
    mut vary: impl FnMut(&T, f64, &mut Random) -> T,
    mut objective: impl FnMut(&T) -> f64,
) -> Climbed<T> {
    let value = objective(&start);
    let mut climbed = Climbed { best: start, value, curve: vec![(0, value)] };
    let mut step = FIRST_STEP;
    let mut last_better = 0;
    let patience = (evaluations as f64 * PATIENCE).ceil() as usize;
    for evaluation in 1..=evaluations {
        let tried = vary(&climbed.best, step, random);
        let value = objective(&tried);
        if value > climbed.value {
            climbed.curve.push((evaluation, value));
            last_better = evaluation;
        }
        if value >= climbed.value {
            (climbed.best, climbed.value) = (tried, value);
            step *= STEP_UP;
        } else {
            step *= STEP_DOWN;
        }
        if evaluation - last_better >= patience {
            break;
        }
    }
    climbed
}

/// A small seeded generator, SplitMix64 (Steele, Lea and Flood 2014): the same numbers on every machine.
#[derive(Clone, Debug)]
pub struct Random(u64);

impl Random {
    /// The numbers of a seed.
    pub fn new(seed: u64) -> Random {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// Uniform in `0..bound`; the bias of at most `bound / 2^64` does not matter here.
    pub fn below(&mut self, bound: usize) -> usize {
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// Uniform in `0..1`.
    fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Standard normal (Box and Muller 1958).
    pub fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Moves one of two numbers.
    fn vary(at: &[f64; 2], step: f64, random: &mut Random) -> [f64; 2] {
        let mut at = *at;
        at[random.below(2)] *= (step * random.normal()).exp();
        at
    }

    #[test]
    fn climbing_finds_a_known_optimum() {
        let objective = |at: &[f64; 2]| -(at[0].ln() - 0.5f64.ln()).powi(2) - (at[1].ln() - 3f64.ln()).powi(2);
        let climbed = climb([1.0, 1.0], 400, &mut Random::new(1), vary, objective);
        assert!((climbed.best[0] - 0.5).abs() < 0.02, "{climbed:?}");
        assert!((climbed.best[1] - 3.0).abs() < 0.1, "{climbed:?}");
        assert!(climbed.curve.windows(2).all(|pair| pair[0].0 < pair[1].0 && pair[0].1 < pair[1].1));
    }

    #[test]
    fn a_search_that_finds_nothing_better_ends_early() {
        let mut num_evaluations = 0;
        let climbed = climb([1.0, 1.0], 100, &mut Random::new(1), vary, |_| {
            num_evaluations += 1;
            if num_evaluations == 1 { 1.0 } else { 0.0 }
        });
        assert_eq!((num_evaluations, climbed.best, climbed.curve), (36, [1.0, 1.0], vec![(0, 1.0)]));
    }
}
