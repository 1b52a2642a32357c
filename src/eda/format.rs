//! Text of numbers.

pub use crate::units::thousands;

/// A number with about three significant digits: `1,234,567`, `12.3`, `0.00456`.
pub(super) fn number(value: f64) -> String {
    if value.abs() >= 100.0 || value.fract() == 0.0 {
        let sign = if value < 0.0 { "-" } else { "" };
        return format!("{sign}{}", thousands(value.abs().round() as u64));
    }
    let digits = 2 - libm::log10(value.abs()).floor() as i32;
    let text = format!("{value:.*}", digits.clamp(1, 8) as usize);
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// A share as a percentage: `54 %`, `5.4 %`, `0.05 %`.
pub(super) fn percent(share: f64) -> String {
    format!("{} %", number(share * 100.0))
}

/// `1 product`, `2 products`.
pub(super) fn plural(count: u64, one: &str, many: &str) -> String {
    format!("{} {}", thousands(count), if count == 1 { one } else { many })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_keep_three_digits() {
        let texts = [0.0, 1.0, 12.345, 0.004_562, 1_234_567.8, -5.5, -1200.0].map(number);
        assert_eq!(texts, ["0", "1", "12.3", "0.00456", "1,234,568", "-5.5", "-1,200"]);
        assert_eq!([0.5, 0.0543, 0.000_51].map(percent), ["50 %", "5.43 %", "0.051 %"]);
        assert_eq!([0, 999, 1000, 1_234_567].map(thousands), ["0", "999", "1,000", "1,234,567"]);
    }
}
