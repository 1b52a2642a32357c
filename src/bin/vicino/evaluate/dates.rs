//! Dates on the command line and in tables.

use vicino::events::parse_moment;

/// Parses a date (its first moment in UTC) or a moment, as ms since 1970 UTC.
pub fn date(text: &str) -> Result<i64, String> {
    let expected = || "expected a date or a moment, for instance 2026-05-01 or 2026-05-01T08:00:00Z".to_owned();
    parse_moment(text).ok_or_else(expected)
}

/// Returns the day of a moment, in UTC.
pub fn day(ms: i64) -> String {
    let moment = jiff::Timestamp::from_millisecond(ms).ok();
    moment.map_or_else(|| ms.to_string(), |moment| moment.to_zoned_datetime(jiff::tz::TimeZone::UTC).date().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_begin_at_midnight_in_utc() {
        assert_eq!(date("1970-01-02"), Ok(86_400_000));
        assert_eq!(date("1970-01-02T01:00:00+01:00"), Ok(86_400_000));
        assert_eq!(day(86_400_000), "1970-01-02");
        for nonsense in ["", "yesterday", "2026-13-01", "5"] {
            assert!(date(nonsense).is_err(), "{nonsense}");
        }
    }
}
