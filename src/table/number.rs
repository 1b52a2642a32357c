//! Numbers as shops write them.

/// The number that `text` holds: plain, with a currency beside it (`12.99 EUR`, `$3.50`), or with a decimal
/// comma (`3,50`) or separators of thousands (`1,299.00`).
///
/// A single separator followed by exactly three digits (`1,299`) separates thousands if it is a comma and
/// decimals if it is a point. `None` for anything else, `nan` and infinities included.
pub(crate) fn parse_number(text: &str) -> Option<f64> {
    if text.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'-' | b'+' | b'.' | b'e' | b'E'))
        && let Ok(value) = text.parse()
    {
        return Some(value).filter(|value: &f64| value.is_finite());
    }
    let (text, _) = split_currency(text);
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

/// Signs and short names of currencies, the longer before those they contain, and the code of each; those that several
/// currencies share stand for themselves.
const CURRENCIES: [(&str, &str); 43] = [
    ("US$", "USD"),
    ("CA$", "CAD"),
    ("AU$", "AUD"),
    ("NZ$", "NZD"),
    ("HK$", "HKD"),
    ("NT$", "TWD"),
    ("MX$", "MXN"),
    ("R$", "BRL"),
    ("A$", "AUD"),
    ("C$", "CAD"),
    ("S$", "SGD"),
    ("$", "USD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("¥", "JPY"),
    ("₹", "INR"),
    ("zł", "PLN"),
    ("zl", "PLN"),
    ("Kč", "CZK"),
    ("Ft", "HUF"),
    ("lei", "RON"),
    ("Lei", "RON"),
    ("лв.", "BGN"),
    ("лв", "BGN"),
    ("₽", "RUB"),
    ("руб.", "RUB"),
    ("₺", "TRY"),
    ("TL", "TRY"),
    ("₴", "UAH"),
    ("₩", "KRW"),
    ("₪", "ILS"),
    ("฿", "THB"),
    ("₫", "VND"),
    ("₱", "PHP"),
    ("Rp", "IDR"),
    ("RM", "MYR"),
    ("Rs.", "INR"),
    ("Fr.", "CHF"),
    ("SFr.", "CHF"),
    ("kr.", "kr"),
    ("kr", "kr"),
    ("Kr", "kr"),
    ("R", "ZAR"),
];

/// A price without the currency before or after it, and the currency: a code of three capital letters, or that of a
/// sign. `5.-` and `5,-` are whole prices.
pub(crate) fn split_currency(text: &str) -> (&str, Option<&str>) {
    let is_code = |code: &str| code.len() == 3 && code.bytes().all(|byte| byte.is_ascii_uppercase());
    let of_signs = || {
        CURRENCIES.iter().find_map(|&(sign, code)| {
            let rest = text.strip_prefix(sign).or_else(|| text.strip_suffix(sign))?;
            Some((rest, Some(code)))
        })
    };
    let (number, currency) = if text.get(..3).is_some_and(is_code) {
        (&text[3..], text.get(..3))
    } else if text.len() > 3 && text.get(text.len() - 3..).is_some_and(is_code) {
        (&text[..text.len() - 3], text.get(text.len() - 3..))
    } else {
        of_signs().unwrap_or((text, None))
    };
    let number = number.trim();
    let dash = ['-', '–', '—'];
    let whole = number.strip_suffix(dash).and_then(|rest| rest.strip_suffix(['.', ',']));
    (whole.unwrap_or(number), currency)
}

/// The code of the currency that a sign stands for.
pub(crate) fn currency_of_sign(sign: &str) -> Option<&'static str> {
    CURRENCIES.iter().find(|(known, _)| *known == sign).map(|(_, code)| *code)
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
            ("49,90 zł", 49.9),
            ("1 299,50 Kč", 1299.5),
            ("299 kr", 299.0),
            ("kr 299,00", 299.0),
            ("R$ 1.299,90", 1299.9),
            ("5.-", 5.0),
            ("CHF 5.–", 5.0),
            ("5,- €", 5.0),
            ("US$12.50", 12.5),
        ] {
            assert_eq!(parse_number(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for text in ["", "abc", "nan", "inf", "1e999", "--1", "1.2.3e", "12 pieces", "€", "5-", "kr", ".-", "12 zł 5"]
        {
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
