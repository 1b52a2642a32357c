//! Moves constants uphill: a (1+1) evolution strategy with log-normal steps (Rechenberg 1973; Schwefel 1981).

use super::constants::{Constants, Knob};

/// Step size of the first step, as the standard deviation of a constant's logarithm.
const FIRST_STEP: f64 = 0.35;
const STEP_UP: f64 = 1.15;
const STEP_DOWN: f64 = 0.985;

/// Climbs from `start`, trying `evaluations` changes of one to three `knobs` at a time; better or equal ones stay.
///
/// Returns the best constants and their value. The same seed and objective give the same path.
pub(super) fn climb(
    start: Constants,
    start_value: f64,
    knobs: &[Knob],
    evaluations: usize,
    random: &mut Random,
    mut objective: impl FnMut(&Constants) -> f64,
) -> (Constants, f64) {
    let (mut best, mut best_value) = (start, start_value);
    let mut step = FIRST_STEP;
    for _ in 0..evaluations {
        let mut tried = best;
        for _ in 0..1 + random.below(3) {
            let knob = knobs[random.below(knobs.len())];
            tried.scale(knob, (step * random.normal()).exp());
        }
        let value = objective(&tried);
        if value >= best_value {
            (best, best_value) = (tried, value);
            step *= STEP_UP;
        } else {
            step *= STEP_DOWN;
        }
    }
    (best, best_value)
}

/// A small seeded generator, SplitMix64 (Steele, Lea and Flood 2014): the same numbers on every machine.
#[derive(Clone, Debug)]
pub(super) struct Random(u64);

impl Random {
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
    fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn climbing_finds_a_known_optimum() {
        let objective = |constants: &Constants| {
            -(constants[Knob::ForwardPower].ln() - 0.5f64.ln()).powi(2)
                - (constants[Knob::Recency].ln() - 3f64.ln()).powi(2)
        };
        let start = Constants::default();
        let knobs = [Knob::ForwardPower, Knob::Recency];
        let (best, value) = climb(start, objective(&start), &knobs, 400, &mut Random::new(1), objective);
        assert!((best[Knob::ForwardPower] - 0.5).abs() < 0.02, "{value}");
        assert!((best[Knob::Recency] - 3.0).abs() < 0.1, "{value}");
        assert_eq!(best[Knob::LengthPower], start[Knob::LengthPower]);
    }
}
