//! Numbers as shops write them.

/// The number that `text` holds: plain, with a currency beside it (`12.99 EUR`, `$3.50`), or with a decimal
/// comma (`3,50`) or separators of thousands (`1,299.00`).
///
/// A single separator followed by exactly three digits (`1,299`) separates thousands if it is a comma and
/// decimals if it is a point. `None` for anything else, `nan` and infinities included.
pub(crate) fn parse_number(text: &str) -> Option<f64> {
    if text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E')) {
        return text.parse().ok().filter(|value: &f64| value.is_finite());
    }
    let text = without_currency(text);
    let mut plain = String::with_capacity(text.len());
    let comma_is_decimal = match (text.rfind(','), text.rfind('.')) {
        (Some(comma), Some(point)) => comma > point,
        (Some(comma), None) => text.matches(',').count() == 1 && text.len() - comma - 1 != 3,
        _ => false,
    };
    for letter in text.chars() {
        match letter {
            '0'..='9' | '-' | '+' => plain.push(letter),
            ',' if comma_is_decimal => plain.push('.'),
            '.' if !comma_is_decimal => plain.push('.'),
            ',' | '.' | '\'' | ' ' | '\u{a0}' | '\u{202f}' => {}
            _ => return None,
        }
    }
    plain.parse().ok().filter(|value: &f64| value.is_finite())
}

/// Takes one currency off, before or after the number: a sign, or a code of three capital letters.
fn without_currency(text: &str) -> &str {
    let signs: &[char] = &['$', '€', '£', '¥', '₹'];
    let is_code = |code: &str| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    let stripped = if let Some(rest) = text.strip_prefix(signs).or_else(|| text.strip_suffix(signs)) {
        rest
    } else if text.get(..3).is_some_and(is_code) {
        &text[3..]
    } else if text.len() > 3 && text.get(text.len() - 3..).is_some_and(is_code) {
        &text[..text.len() - 3]
    } else {
        text
    };
    stripped.trim()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::parse_number;

    #[test]
    fn numbers_are_read_as_shops_write_them() {
        for (text, expected) in [
            ("3", 3.0),
            ("-1", -1.0),
            ("2.5e3", 2500.0),
            ("12.99 EUR", 12.99),
            ("$3.50", 3.5),
            ("3,50 €", 3.5),
            ("1,299.00", 1299.0),
            ("1.299,00", 1299.0),
            ("1,299", 1299.0),
            ("1,299,000", 1_299_000.0),
            ("EUR 7", 7.0),
        ] {
            assert_eq!(parse_number(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "abc", "nan", "inf", "1e999", "--1", "1.2.3e", "12 pieces", "€"] {
            assert_eq!(parse_number(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in ".*") {
            parse_number(&text);
        }

        #[test]
        fn a_number_comes_back(value in -1e12_f64..1e12) {
            prop_assert_eq!(parse_number(&value.to_string()), Some(value));
        }
    }
}
