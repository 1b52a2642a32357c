//! Units of time, and numbers as people read them.

/// Milliseconds of a day.
pub(crate) const DAY_MS: i64 = 86_400_000;

/// A whole number with commas between thousands: 1,234,567.
pub fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.char_indices() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A share as a percentage with one decimal: `54.5 %`.
#[cfg(feature = "cli")]
pub(crate) fn percent(share: f64) -> String {
    format!("{:.1} %", share * 100.0)
}
