//! Values of flags: what they may be, and what to say when they are not.

use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;
use vicino::events::{EventMeaning, FilterError, RowFilter};
use vicino::{EventKind, catalog, events};

/// A whole number of at least 1.
pub fn count(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(0) => Err("expected at least 1".to_owned()),
        Ok(count) => Ok(count),
        Err(_) => Err("expected a whole number of at least 1".to_owned()),
    }
}

/// A number of threads: 1 to 1,024.
pub fn threads(text: &str) -> Result<usize, String> {
    within(text, 1, 1024)
}

/// The k of a list: 1 to 100,000.
pub fn list_length(text: &str) -> Result<usize, String> {
    within(text, 1, 100_000)
}

/// Neighbours of an item: 1 to 1,000.
pub fn neighbours(text: &str) -> Result<usize, String> {
    within(text, 1, 1000)
}

/// Items alike: 0 to 100.
pub fn similar(text: &str) -> Result<usize, String> {
    within(text, 0, 100)
}

/// Constants to try: 1 to 100,000.
pub fn evaluations(text: &str) -> Result<usize, String> {
    within(text, 1, 100_000)
}

/// A delimiter of columns: one or two letters, or `tab`.
pub fn delimiter(text: &str) -> Result<String, String> {
    let text = match text {
        "tab" | "\\t" => "\t",
        text => text,
    };
    match text.chars().count() {
        _ if text.contains(['"', '\n', '\r']) => Err("quotes and line ends part no columns".to_owned()),
        1 | 2 => Ok(text.to_owned()),
        _ => Err("expected one or two letters, or `tab`".to_owned()),
    }
}

fn within(text: &str, least: usize, most: usize) -> Result<usize, String> {
    text.parse()
        .ok()
        .filter(|count| (least..=most).contains(count))
        .ok_or_else(|| format!("expected a whole number from {least} to {most}"))
}

/// A number of bytes such as `200kB`, `1.5MB` or `200000`; units are powers of 1000, or of 1024 with an `i` (`KiB`).
pub fn size(text: &str) -> Result<usize, String> {
    let expected = || "expected a number of bytes, for instance 200kB, 1.5MB or 200000".to_owned();
    let text = text.trim();
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let factor = match text[digits..].trim().to_ascii_lowercase().as_str() {
        "" | "b" => 1.0,
        "k" | "kb" => 1e3,
        "m" | "mb" => 1e6,
        "kib" => 1024.0,
        "mib" => 1024.0 * 1024.0,
        _ => return Err(expected()),
    };
    let number: f64 = text[..digits].parse().map_err(|_| expected())?;
    let size = number * factor;
    if (1.0..=4e9).contains(&size) { Ok(size as usize) } else { Err(expected()) }
}

/// A share from 0 to 1.
pub fn share(text: &str) -> Result<f64, String> {
    text.parse()
        .ok()
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "expected a share from 0 to 1, for instance 0.5".to_owned())
}

/// A time span such as `45s`, `30m`, `12h` or `1d`, longer than 0 and at most 365 days.
pub fn span(text: &str) -> Result<Duration, String> {
    let expected =
        || "expected a number and a unit (s, m, h or d), more than 0 and at most 365d, for instance 30m".to_owned();
    let unit = text.chars().next_back().ok_or_else(expected)?;
    let seconds = match unit {
        's' => 1.0,
        'm' => 60.0,
        'h' => 3600.0,
        'd' => 86400.0,
        _ => return Err(expected()),
    };
    let number: f64 = text[..text.len() - unit.len_utf8()].trim_end().parse().map_err(|_| expected())?;
    let span = number * seconds;
    if (0.001..=365.0 * 86400.0).contains(&span) { Ok(Duration::from_secs_f64(span)) } else { Err(expected()) }
}

/// `view=1,cart=3,purchase=5`, with these values for kinds that are not named.
pub fn event_weights(text: &str) -> Result<[f32; 3], String> {
    let mut weights = [1.0, 3.0, 5.0];
    for part in text.split(',') {
        let named = part.split_once('=').and_then(|(kind, weight)| {
            let at = EventKind::ALL.into_iter().position(|known| known.name() == kind.trim())?;
            Some((at, weight.trim().parse().ok().filter(|weight| (0.0..=1000.0).contains(weight))?))
        });
        let expected = || "expected weights from 0 to 1000, for instance view=1,cart=3,purchase=5".to_owned();
        let (at, weight) = named.ok_or_else(expected)?;
        weights[at] = weight;
    }
    Ok(weights)
}

/// `FIELD=NAME` for an event log; an empty name leaves the field without a column.
pub fn column(text: &str) -> Result<(events::Field, String), String> {
    assignment(text, "item=PRODUCT_ID")
}

/// `FIELD=NAME` for a product feed; an empty name leaves the field without a column.
pub fn catalog_column(text: &str) -> Result<(catalog::Field, String), String> {
    assignment(text, "category=DEPARTMENT")
}

fn assignment<F: FromStr>(text: &str, example: &str) -> Result<(F, String), String>
where
    F::Err: Display,
{
    let (field, name) = text.split_once('=').ok_or_else(|| format!("expected FIELD=NAME, for instance {example}"))?;
    Ok((field.parse().map_err(|error: F::Err| error.to_string())?, name.trim().to_owned()))
}

/// A type of events and its meaning: `Placed Order=purchase`.
pub fn event_type(text: &str) -> Result<(String, EventMeaning), String> {
    let expected = "expected NAME=view, cart, purchase, return or nothing";
    let (name, meaning) = text.rsplit_once('=').ok_or(expected)?;
    let meaning = EventMeaning::named(meaning.trim().to_ascii_lowercase().as_str()).ok_or(expected)?;
    match name.trim() {
        "" => Err(expected.to_owned()),
        name => Ok((name.to_owned(), meaning)),
    }
}

/// A form of strftime: `%d|%m|%Y %H.%M`.
pub fn time_format(text: &str) -> Result<String, String> {
    // A form is read back from what it writes of some moment.
    let moment = jiff::Timestamp::from_second(1_732_540_455).map_err(|error| error.to_string())?;
    let written = jiff::fmt::strtime::format(text, moment).map_err(|error| error.to_string())?;
    let parsed = jiff::fmt::strtime::parse(text, &written).map_err(|error| error.to_string())?;
    match parsed.to_date() {
        Ok(_) => Ok(text.to_owned()),
        Err(_) if parsed.to_timestamp().is_ok() => Ok(text.to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// A filter of rows: `status in (completed, processing)`.
pub fn row_filter(text: &str) -> Result<RowFilter, FilterError> {
    RowFilter::parse(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_a_number_and_a_unit() {
        assert_eq!(span("30m"), Ok(Duration::from_secs(1800)));
        assert_eq!(span("1.5 h"), Ok(Duration::from_secs(5400)));
        for nonsense in ["", "m", "30", "-1m", "0s", "NaNm", "inf d", "1000d", "30€", "€"] {
            assert!(span(nonsense).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn sizes_have_a_number_and_perhaps_a_unit() {
        assert_eq!(
            ["200kB", "1.5 MB", "4KiB", "77", "3 b", "2m"].map(size),
            [200_000, 1_500_000, 4096, 77, 3, 2_000_000].map(Ok)
        );
        for nonsense in ["", "kB", "-1kB", "1e3", "12 parsecs", "0", "9999999MB"] {
            assert!(size(nonsense).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn shares_lie_between_zero_and_one() {
        assert_eq!(share("0.5"), Ok(0.5));
        for nonsense in ["-0.1", "1.1", "NaN", "half"] {
            assert!(share(nonsense).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn counts_are_at_least_one() {
        assert_eq!(count("4"), Ok(4));
        for nonsense in ["0", "-1", "1.5", ""] {
            assert!(count(nonsense).is_err(), "{nonsense}");
        }
        assert!(neighbours("1001").is_err());
    }

    #[test]
    fn event_weights_are_named_by_kind() {
        assert_eq!(event_weights("purchase=4"), Ok([1.0, 3.0, 4.0]));
        assert_eq!(event_weights("view=0.5, cart=2,purchase=0"), Ok([0.5, 2.0, 0.0]));
        for nonsense in ["", "view", "view=-1", "look=1", "view=NaN", "view=1,,cart=2"] {
            assert!(event_weights(nonsense).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn columns_name_a_known_field() {
        assert_eq!(column("item=A=B"), Ok((events::Field::Item, "A=B".to_owned())));
        assert_eq!(column("event="), Ok((events::Field::Event, String::new())));
        for nonsense in ["item", "=A", "colour=A"] {
            assert!(column(nonsense).is_err(), "{nonsense}");
        }
    }
}
