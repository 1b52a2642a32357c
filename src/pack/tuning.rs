//! Fits the few factors that stay open when links and levels are chosen, by ranking held-out events.

use super::PackError;
use super::links::{NUM_CLASSES, in_range};
use crate::model::{Model, Neighbours, RankingParameters, Relation, TwoHop};

/// Changes of a packed model that cost no byte.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Tuning {
    /// Power of the levels' weights: below 1 they are more alike.
    pub level_power: f64,
    /// Power of the factors by which directions differ: below 1 they are more alike.
    pub direction_power: f64,
    /// Added to the logarithm of the row factor of each class.
    pub rows: [f64; NUM_CLASSES],
    /// The second hop.
    pub hop: TwoHop,
    /// Power of the decay by position: above 1 old events count for less. Of the table for what comes next only.
    pub decay_power: f64,
    /// Factor of what a history item adds to its own score. Of the table for what comes next only.
    pub repeat_scale: f64,
}

impl Default for Tuning {
    fn default() -> Self {
        Tuning {
            level_power: 1.0,
            direction_power: 1.0,
            rows: [0.0; NUM_CLASSES],
            hop: TwoHop { share: 0.2, width: 120 },
            decay_power: 1.0,
            repeat_scale: 1.0,
        }
    }
}

impl Tuning {
    /// Gives the number of parts that [`Tuning::vary`] can change.
    pub const NUM_PARTS: usize = 5 + NUM_CLASSES;

    /// Changes one part, 0 to [`NUM_PARTS`](Tuning::NUM_PARTS), by about `step` on a logarithmic scale: `normal` steps.
    pub fn vary(&mut self, part: usize, step: f64, normal: f64) {
        let shift = step * normal;
        let scale = |value: &mut f64, least, most| *value = (*value * libm::exp(shift)).clamp(least, most);
        match part {
            0 => scale(&mut self.level_power, 0.1, 4.0),
            1 => {
                let mut share = f64::from(self.hop.share);
                scale(&mut share, 0.001, 4.0);
                self.hop.share = share as f32;
            }
            2 => scale(&mut self.decay_power, 0.1, 10.0),
            3 => scale(&mut self.repeat_scale, 0.05, 20.0),
            4 => scale(&mut self.direction_power, 0.1, 4.0),
            _ => {
                let offset = &mut self.rows[(part - 5).min(NUM_CLASSES - 1)];
                *offset = (*offset + shift).clamp(-3.0, 3.0);
            }
        }
    }

    /// The model with the table of `relation`, and for [`Relation::Next`] the constants of ranking, tuned.
    ///
    /// # Errors
    /// [`PackError::Model`] if a weight leaves the range of a file.
    pub fn apply(&self, relation: Relation, model: &Model) -> Result<Model, PackError> {
        let mut model = model.clone();
        for (of, table) in &mut model.tables {
            if *of == relation {
                *table = self.apply_to_table(std::mem::take(table))?;
            }
        }
        if relation == Relation::Next {
            model.ranking = self.apply_to_ranking(&model.ranking);
        }
        Ok(model)
    }

    /// The constants of ranking, tuned.
    pub fn apply_to_ranking(&self, ranking: &RankingParameters) -> RankingParameters {
        let decay = |&decay: &f32| libm::pow(f64::from(decay), self.decay_power) as f32;
        let repeat = |&repeat: &f32| (f64::from(repeat) * self.repeat_scale) as f32;
        RankingParameters {
            decay: ranking.decay.iter().map(decay).collect(),
            repeat: ranking.repeat.iter().map(repeat).collect(),
            event_weights: ranking.event_weights,
        }
    }

    /// A table, tuned.
    ///
    /// # Errors
    /// [`PackError::Model`] if a weight leaves the range of a file.
    pub fn apply_to_table(&self, table: Neighbours) -> Result<Neighbours, PackError> {
        let logs = |values: &[f32]| values.iter().map(|&value| libm::log(f64::from(value))).collect::<Vec<f64>>();
        let weights = table.weights();
        let mut levels = logs(&weights.levels);
        let mean = levels.iter().sum::<f64>() / levels.len().max(1) as f64;
        levels.iter_mut().for_each(|level| *level = mean + (*level - mean) * self.level_power);
        let directions: Vec<f64> = logs(&weights.directions).iter().map(|log| log * self.direction_power).collect();
        let rows: Vec<f64> =
            logs(&weights.row_factors).iter().zip(&self.rows).map(|(log, offset)| log + offset).collect();
        let weights = in_range(&levels, &directions, &rows);
        Ok(table.with_weights(weights, self.hop)?)
    }
}
