//! The small sections: where the model comes from, the constants of ranking, privacy, measurements.

use super::bytes::{DecodeError, Expected, Reader, Writer};
use super::{About, Measurement, Privacy, RankingParameters};
#[cfg(feature = "read")]
use super::{Curve, MAX_CURVE, Relation};

/// The largest constant of ranking, 2^32: with scales below 2^8 and 2^16 positions every score stays finite.
pub(super) const MAX_RANKING_VALUE: f32 = 4_294_967_296.0;

pub(super) fn write_about(about: &About) -> Vec<u8> {
    let mut to = Writer::default();
    to.text(&about.trainer_version);
    to.u64(about.newest_event_ms as u64);
    to.u64(about.num_events);
    to.u64(about.num_sessions);
    to.u64(about.num_shoppers);
    to.u64(about.seed);
    let named = about.hyperparameters.iter().map(|(name, value)| (name.as_str(), *value));
    write_named(named, about.hyperparameters.len(), &mut to);
    to.finish()
}

pub(super) fn read_about(from: &mut Reader) -> Result<About, DecodeError> {
    #[cfg_attr(not(feature = "read"), expect(unused_mut, reason = "a shop's page steps over what people read"))]
    let mut about = About {
        trainer_version: from.text()?.to_owned(),
        newest_event_ms: from.u64()? as i64,
        num_events: from.u64()?,
        num_sessions: from.u64()?,
        num_shoppers: from.u64()?,
        seed: from.u64()?,
        ..About::default()
    };
    #[cfg(feature = "read")]
    read_named(from, &mut |name, value| about.hyperparameters.push((name.to_owned(), value)))?;
    #[cfg(not(feature = "read"))]
    from.rest();
    Ok(about)
}

/// The courses of tuning: u8 how many, then for each the u8 number of its relation, u8 points, and u32 evaluation and
/// f32 objective each.
#[cfg(feature = "read")]
pub(super) fn write_curves(curves: &[(Relation, Curve)]) -> Vec<u8> {
    let mut to = Writer::default();
    to.u8(curves.len() as u8);
    for (relation, points) in curves {
        to.u8(*relation as u8);
        to.u8(points.len() as u8);
        for &(evaluation, objective) in points {
            to.u32(evaluation);
            to.f32(objective);
        }
    }
    to.finish()
}

#[cfg(feature = "read")]
pub(super) fn read_curves(from: &mut Reader) -> Result<Vec<(Relation, Curve)>, DecodeError> {
    let mut curves: Vec<(Relation, Curve)> = Vec::new();
    for _ in 0..from.u8()? {
        let at = from.clone();
        let number = from.u8()?;
        let known = Relation::ALL.into_iter().find(|relation| *relation as u8 == number);
        let Some(relation) = known.filter(|relation| curves.iter().all(|(of, _)| of != relation)) else {
            return Err(at.fault("the relation of a curve", number.into(), Expected::Text("one that is known, once")));
        };
        let at = from.clone();
        let num_points = from.u8()?;
        if usize::from(num_points) > MAX_CURVE {
            return Err(at.fault("points of a curve", num_points.into(), Expected::AtMost(MAX_CURVE as u64)));
        }
        let mut points = Vec::with_capacity(num_points.into());
        for _ in 0..num_points {
            let evaluation = from.u32()?;
            let at = from.clone();
            let objective = from.f32()?;
            if !objective.is_finite() {
                let bits = objective.to_bits().into();
                return Err(at.fault("an objective, as bits,", bits, Expected::Text("a finite number")));
            }
            points.push((evaluation, objective));
        }
        curves.push((relation, points));
    }
    Ok(curves)
}

pub(super) fn write_measurements(measurements: &[Measurement]) -> Vec<u8> {
    let mut to = Writer::default();
    write_named(measurements.iter().map(|one| (one.name.as_str(), one.value)), measurements.len(), &mut to);
    to.finish()
}

pub(super) fn read_measurements(from: &mut Reader) -> Result<Vec<Measurement>, DecodeError> {
    let mut measurements = Vec::new();
    read_named(from, &mut |name, value| measurements.push(Measurement { name: name.to_owned(), value }))?;
    Ok(measurements)
}

/// Named figures: u16 how many, then name and f64 each.
fn write_named<'a>(figures: impl Iterator<Item = (&'a str, f64)>, num_figures: usize, to: &mut Writer) {
    to.u16(num_figures as u16);
    for (name, value) in figures {
        to.text(name);
        to.f64(value);
    }
}

fn read_named(from: &mut Reader, each: &mut dyn FnMut(&str, f64)) -> Result<(), DecodeError> {
    for _ in 0..from.u16()? {
        let name = from.text()?;
        let value_at = from.clone();
        let value = from.f64()?;
        if !value.is_finite() {
            return Err(value_at.fault("a figure, as bits,", value.to_bits(), Expected::Text("a finite number")));
        }
        each(name, value);
    }
    Ok(())
}

pub(super) fn write_ranking(ranking: &RankingParameters) -> Vec<u8> {
    let mut to = Writer::default();
    for by_position in [&ranking.decay, &ranking.repeat] {
        to.u16(by_position.len() as u16);
        by_position.iter().for_each(|&value| to.f32(value));
    }
    ranking.event_weights.iter().for_each(|&value| to.f32(value));
    to.finish()
}

pub(super) fn read_ranking(from: &mut Reader) -> Result<RankingParameters, DecodeError> {
    let mut ranking = RankingParameters::default();
    for by_position in [&mut ranking.decay, &mut ranking.repeat] {
        for _ in 0..from.u16()? {
            by_position.push(read_ranking_value(from)?);
        }
    }
    for weight in &mut ranking.event_weights {
        *weight = read_ranking_value(from)?;
    }
    Ok(ranking)
}

fn read_ranking_value(from: &mut Reader) -> Result<f32, DecodeError> {
    let value_at = from.clone();
    let value = from.f32()?;
    if !is_ranking_value(value) {
        let found = value.to_bits().into();
        return Err(value_at.fault(
            "a constant of ranking, as bits,",
            found,
            Expected::Text("a number from 0 to 2^32"),
        ));
    }
    Ok(value)
}

/// Tells whether ranking can work with a hyperparameter's value; false for NaN.
pub(super) fn is_ranking_value(value: f32) -> bool {
    (0.0..=MAX_RANKING_VALUE).contains(&value)
}

pub(super) fn write_privacy(privacy: &Privacy) -> Vec<u8> {
    let mut to = Writer::default();
    to.u32(privacy.min_shoppers);
    to.u8(privacy.by_shopper.into());
    to.u64(privacy.pairs_kept);
    to.u64(privacy.pairs_removed);
    to.finish()
}

pub(super) fn read_privacy(from: &mut Reader) -> Result<Privacy, DecodeError> {
    let min_shoppers = from.u32()?;
    let flag_at = from.clone();
    let by_shopper = match from.u8()? {
        0 => false,
        1 => true,
        flag => return Err(flag_at.fault("whether shoppers are counted", flag.into(), Expected::AtMost(1))),
    };
    Ok(Privacy { min_shoppers, by_shopper, pairs_kept: from.u64()?, pairs_removed: from.u64()? })
}
