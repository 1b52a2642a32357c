//! Arithmetic that gives the same bits on every machine.
//!
//! The logarithms and powers of the standard library are those of the machine: their last bits differ between the C
//! libraries of systems, and between native code and wasm, and a search for constants then takes another way. The crate
//! `libm` is the same everywhere; `clippy.toml` forbids the others. This module has what it is too slow for.

use std::f64::consts::LN_2;

/// Returns `x` to the power of `power`; 0 for 0, and for what is negative or NaN.
///
/// Off by at most 1 unit in the last place of `f32` where the result is a normal number. 5 times as fast as `powf` of
/// the crate `libm`: `2^(power log2 x)` in `f64`, both functions by their series.
pub(crate) fn pow(x: f32, power: f32) -> f32 {
    if x <= 0.0 || x.is_nan() {
        return 0.0;
    }
    exp2(f64::from(power) * log2(f64::from(x))) as f32
}

/// The base-2 logarithm of a positive normal number, to 1e-10.
fn log2(x: f64) -> f64 {
    const HALF_SQRT: u64 = 0x3fe6_a09e_0000_0000;
    // x = m 2^exponent with m from sqrt(1/2) to sqrt(2).
    let shifted = x.to_bits().wrapping_sub(HALF_SQRT);
    let exponent = (shifted as i64) >> 52;
    let m = f64::from_bits(x.to_bits().wrapping_sub((exponent as u64) << 52));
    // ln m = 2 artanh s, |s| < 0.172.
    let s = (m - 1.0) / (m + 1.0);
    let square = s * s;
    let series =
        1.0 + square * (1.0 / 3.0 + square * (1.0 / 5.0 + square * (1.0 / 7.0 + square * (1.0 / 9.0 + square / 11.0))));
    exponent as f64 + 2.0 / LN_2 * s * series
}

/// 2 to the power of `x`, to a part in 1e10; 0 or infinity outside the range of `f32`.
fn exp2(x: f64) -> f64 {
    if x > 130.0 {
        return f64::INFINITY;
    }
    if x < -160.0 {
        return 0.0;
    }
    let whole = (x + 0.5).floor();
    let y = (x - whole) * LN_2;
    // The Taylor series of the exponential function, |y| < 0.347.
    let power = 1.0
        + y * (1.0
            + y / 2.0
                * (1.0
                    + y / 3.0
                        * (1.0 + y / 4.0 * (1.0 + y / 5.0 * (1.0 + y / 6.0 * (1.0 + y / 7.0 * (1.0 + y / 8.0)))))));
    power * f64::from_bits(((1023 + whole as i64) as u64) << 52)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;

    #[test]
    fn powers_are_those_of_a_slower_way() {
        let mut random = Random::new(1);
        for _ in 0..1_000_000 {
            let x = libm::exp(40.0 * random.uniform() - 20.0) as f32;
            let power = (6.0 * random.uniform() - 3.0) as f32;
            let exact = libm::pow(x.into(), power.into()) as f32;
            let ours = pow(x, power);
            assert!(ours.to_bits().abs_diff(exact.to_bits()) <= 1, "{x}^{power}: {ours}, expected {exact}");
        }
    }

    #[test]
    fn the_edges_are_those_of_the_range() {
        assert_eq!(pow(0.0, 0.5), 0.0);
        assert_eq!(pow(-1.0, 0.5), 0.0);
        assert_eq!(pow(f32::NAN, 0.5), 0.0);
        assert_eq!(pow(1.0, 0.3), 1.0);
        assert_eq!(pow(4.0, 0.5), 2.0);
        assert_eq!(pow(1e30, 2.0), f32::INFINITY);
        assert_eq!(pow(1e-30, 2.0), 0.0);
        assert_eq!(pow(f32::MIN_POSITIVE / 8.0, 1.0), f32::MIN_POSITIVE / 8.0);
    }
}
