//! Dates and times as people, spreadsheets and databases write them.
//!
//! Takes a text apart into numbers, words and marks, takes the clock and the zone out, and makes a date of the rest:
//! three numbers, or a day, the name of a month and a year. The names are those of eight languages. Anything left over
//! makes the text no date.

use jiff::civil::Date;
use jiff::tz::TimeZone;

/// A date of which one number is the day and the other the month, and the time of the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ShortDate {
    pub(super) first: i64,
    pub(super) second: i64,
    pub(super) year: i64,
    pub(super) clock_ms: i64,
}

/// Meaning of a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Moment {
    /// A point in time, ms since 1970 UTC.
    Ms(i64),
    /// A date whose day and month can be told by the other dates alone.
    Short(ShortDate),
}

/// Names of the months in English, German, French, Spanish, Italian, Dutch, Polish and Portuguese.
const MONTHS: [&str; 12] = [
    "jan january januar jänner jaenner janvier janv enero ene gennaio gen januari styczeń stycznia sty janeiro",
    "feb february februar février fevrier févr fevr febrero febbraio februari luty lutego lut fevereiro fev",
    "mar march märz maerz mrz mär mars marzo maart mrt marzec marca março marco",
    "apr april avril avr abril abr aprile kwiecień kwietnia kwi",
    "may mai mayo maggio mag mei maj maja maio",
    "jun june juni juin junio giugno giu czerwiec czerwca cze junho",
    "jul july juli juillet juil julio luglio lug lipiec lipca lip julho",
    "aug august août aout agosto ago augustus sierpień sierpnia sie",
    "sep sept september septembre septiembre set settembre wrzesień września wrz setembro",
    "oct october okt oktober octobre octubre ottobre ott październik października paź paz outubro out",
    "nov november novembre noviembre listopad listopada lis novembro",
    "dec december dez dezember décembre decembre déc diciembre dic dicembre grudzień grudnia gru dezembro",
];

/// Days of the week, and words that stand around dates and times.
const FILLERS: &str = "mon monday tue tues tuesday wed wednesday thu thur thurs thursday fri friday sat saturday sun sunday \
    montag dienstag mittwoch donnerstag freitag samstag sonnabend sonntag mo di mi do fr sa so \
    lundi mardi mercredi jeudi vendredi samedi dimanche lun mer jeu ven sam dim \
    lunes martes miércoles miercoles jueves viernes sábado sabado domingo mié mie jue vie sáb sab dom \
    lunedì lunedi martedì martedi mercoledì mercoledi giovedì giovedi venerdì venerdi sabato domenica gio \
    maandag dinsdag woensdag donderdag vrijdag zaterdag zondag ma wo vr za zo \
    poniedziałek wtorek środa czwartek piątek sobota niedziela pon wt śr czw pt sob niedz \
    segunda terça terca quarta quinta sexta feira seg ter qua qui sex \
    st nd rd th of the at on de del da das a à as às las los le il um uhr ore alle o om op den der dem r roku godz";

fn month_of(word: &str) -> Option<i64> {
    let at = MONTHS.iter().position(|names| names.split(' ').any(|name| name == word))?;
    Some(at as i64 + 1)
}

fn is_filler(word: &str) -> bool {
    FILLERS.split_whitespace().any(|filler| filler == word)
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Number { value: i64, len: usize },
    Word(String),
    Mark(char),
}

/// The longest text that is looked at, in bytes.
const MAX_BYTES: usize = 64;

fn tokens(text: &str) -> Option<Vec<Token>> {
    let mut found = Vec::new();
    let mut rest = text.trim();
    while let Some(first) = rest.chars().next() {
        let is_alike: fn(char) -> bool = match first {
            _ if first.is_ascii_digit() => |letter| letter.is_ascii_digit(),
            _ if first.is_alphabetic() => char::is_alphabetic,
            _ => |_| false,
        };
        let end = rest.find(|letter| !is_alike(letter)).unwrap_or(rest.len()).max(first.len_utf8());
        let part = &rest[..end];
        found.push(match first {
            _ if first.is_ascii_digit() => Token::Number { value: part.parse().ok()?, len: part.len() },
            _ if first.is_alphabetic() => Token::Word(part.to_lowercase()),
            _ => Token::Mark(if first.is_whitespace() { ' ' } else { first }),
        });
        rest = &rest[end..];
    }
    Some(found)
}

/// Reads a date, with or without a time of the day and a zone (UTC without one).
pub(super) fn parse(text: &str) -> Option<Moment> {
    if text.len() > MAX_BYTES || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut tokens = tokens(text)?;
    let (clock_ms, zone_ms) = take_compact(&mut tokens).or_else(|| take_clock(&mut tokens)).unwrap_or((0, 0));
    let (mut numbers, mut month) = (Vec::new(), None);
    for token in &tokens {
        match token {
            Token::Number { value, len } => numbers.push((*value, *len)),
            Token::Word(word) => match month_of(word).filter(|_| month.is_none()) {
                Some(named) => month = Some(named),
                None if is_filler(word) => {}
                None => return None,
            },
            Token::Mark(' ' | ',' | '.' | '/' | '-' | '\'' | ':' | '(' | ')') => {}
            Token::Mark(_) => return None,
        }
    }
    let full = |(value, len): (i64, usize)| match len {
        4 => Some(value),
        2 if value < 70 => Some(2000 + value),
        2 => Some(1900 + value),
        _ => None,
    };
    let at = |midnight: Option<i64>| Some(Moment::Ms(midnight? + clock_ms - zone_ms));
    match (&numbers[..], month) {
        (&[(date, 8)], None) => at(midnight_ms(date / 10_000, date / 100 % 100, date % 100)),
        (&[(year, 4), (month, 1..=2), (day, 1..=2)], None) => at(midnight_ms(year, month, day)),
        (&[(first, 1..=2), (second, 1..=2), year], None) => {
            let date = ShortDate { first, second, year: full(year)?, clock_ms };
            let is_date = |day, month| midnight_ms(date.year, month, day).is_some();
            // A zone could move the day, which is not known yet; damage mixes marks.
            let is_any = zone_ms == 0 && has_one_mark(&tokens) && (is_date(first, second) || is_date(second, first));
            is_any.then_some(Moment::Short(date))
        }
        (&[(year, 4), (day, 1..=2)], Some(month)) => at(midnight_ms(year, month, day)),
        (&[(day, 1..=2), year], Some(month)) => at(midnight_ms(full(year)?, month, day)),
        _ => None,
    }
}

/// Returns true if the same mark stands between the first three numbers.
fn has_one_mark(tokens: &[Token]) -> bool {
    let mut marks =
        tokens.iter().skip_while(|token| !matches!(token, Token::Number { .. })).filter_map(|token| match token {
            Token::Mark(mark) if *mark != ' ' => Some(*mark),
            _ => None,
        });
    let first = marks.next();
    first.is_some() && first == marks.next()
}

/// Takes the clock out of `20240105T101500Z`; gives it with the distance of the zone, in ms.
fn take_compact(tokens: &mut Vec<Token>) -> Option<(i64, i64)> {
    let [Token::Number { len: 8, .. }, Token::Word(word), Token::Number { value, len }, ..] = &tokens[..] else {
        return None;
    };
    if word != "t" {
        return None;
    }
    let (hours, minutes, seconds) = match len {
        6 => (value / 10_000, value / 100 % 100, value % 100),
        4 => (value / 100, value % 100, 0),
        _ => return None,
    };
    let clock_ms = clock_of(hours, minutes, seconds)?;
    let mut rest = tokens.split_off(3);
    let zone_ms = take_zone(&mut rest, 0);
    tokens.truncate(1);
    tokens.append(&mut rest);
    Some((clock_ms, zone_ms))
}

fn clock_of(hours: i64, minutes: i64, seconds: i64) -> Option<i64> {
    ((0..24).contains(&hours) && (0..60).contains(&minutes) && (0..=60).contains(&seconds))
        .then_some(((hours * 60 + minutes) * 60 + seconds) * 1000)
}

/// A time of the day alone, in ms: `10:15`, `9:05:30 PM`, `14h30`.
pub(super) fn parse_clock(text: &str) -> Option<i64> {
    if text.len() > MAX_BYTES {
        return None;
    }
    let mut tokens = tokens(text)?;
    let (clock_ms, _) = take_clock(&mut tokens)?;
    tokens.is_empty().then_some(clock_ms)
}

/// Takes a clock, and a zone behind it, out of the tokens; gives both in ms.
fn take_clock(tokens: &mut Vec<Token>) -> Option<(i64, i64)> {
    let number = |at: usize, lens: &[usize]| match tokens.get(at) {
        Some(Token::Number { value, len }) if lens.contains(len) => Some(*value),
        _ => None,
    };
    let is_mark = |at: usize, marks: &[char]| matches!(tokens.get(at), Some(Token::Mark(mark)) if marks.contains(mark));
    let is_colon = |at: usize| is_mark(at, &[':']) || matches!(tokens.get(at), Some(Token::Word(word)) if word == "h");
    let start = (0..tokens.len()).find(|&at| {
        let is_clock = number(at, &[1, 2]).is_some() && is_colon(at + 1) && number(at + 2, &[2]).is_some();
        is_clock || number(at, &[1, 2]).is_some() && half_day(tokens, at + 1).is_some()
    })?;
    let mut hours = number(start, &[1, 2])?;
    let (mut minutes, mut seconds, mut millis, mut end) = (0, 0, 0, start + 1);
    if is_colon(end) {
        minutes = number(end + 1, &[2])?;
        end += 2;
        if is_colon(end) && number(end + 1, &[2]).is_some() {
            seconds = number(end + 1, &[2])?;
            end += 2;
            if is_mark(end, &['.', ','])
                && let Some(Token::Number { value, len }) = tokens.get(end + 1)
            {
                // Of a fraction of any length the thousandths.
                millis = match len {
                    1..=3 => value * 10_i64.pow(3 - *len as u32),
                    _ => value / 10_i64.checked_pow(*len as u32 - 3)?,
                };
                end += 2;
            }
        }
    }
    if let Some((is_afternoon, after)) = half_day(tokens, end) {
        if !(1..=12).contains(&hours) {
            return None;
        }
        hours = hours % 12 + if is_afternoon { 12 } else { 0 };
        end = after;
    }
    let clock_ms = clock_of(hours, minutes, seconds)? + millis;
    let mut rest = tokens.split_off(end);
    let zone_ms = take_zone(&mut rest, 0);
    tokens.truncate(start);
    // The mark between date and clock is part of neither.
    if matches!(tokens.last(), Some(Token::Mark(':' | ' '))) {
        tokens.pop();
    }
    if matches!(tokens.last(), Some(Token::Word(word)) if word == "t") {
        tokens.pop();
    }
    tokens.append(&mut rest);
    Some((clock_ms, zone_ms))
}

/// `am` or `pm` at a place, also `a.m.`: true for the afternoon, and the place behind it.
fn half_day(tokens: &[Token], at: usize) -> Option<(bool, usize)> {
    let at = at + usize::from(matches!(tokens.get(at), Some(Token::Mark(' '))));
    let Some(Token::Word(word)) = tokens.get(at) else { return None };
    match word.as_str() {
        "am" => Some((false, at + 1)),
        "pm" => Some((true, at + 1)),
        "a" | "p" => match tokens.get(at + 1..at + 3) {
            Some([Token::Mark('.'), Token::Word(second)]) if second == "m" => {
                let dot = usize::from(matches!(tokens.get(at + 3), Some(Token::Mark('.'))));
                Some((word == "p", at + 3 + dot))
            }
            _ => None,
        },
        _ => None,
    }
}

/// Takes a zone off the beginning: `Z`, `UTC`, `+01:00`, `-0500`; gives its distance ahead of UTC in ms.
fn take_zone(tokens: &mut Vec<Token>, otherwise: i64) -> i64 {
    let at = usize::from(matches!(tokens.first(), Some(Token::Mark(' '))));
    match &tokens[at.min(tokens.len())..] {
        [Token::Word(word), ..] if matches!(word.as_str(), "z" | "utc" | "gmt") => {
            tokens.drain(..=at);
            0
        }
        [Token::Mark(sign @ ('+' | '-')), Token::Number { value, len: len @ (2 | 4) }, rest @ ..] => {
            let (mut minutes, mut used) = if *len == 2 { (value * 60, 2) } else { (value / 100 * 60 + value % 100, 2) };
            if let ([Token::Mark(':'), Token::Number { value, len: 2 }, ..], 2) = (rest, *len) {
                minutes += value;
                used = 4;
            }
            let sign = if *sign == '-' { -1 } else { 1 };
            // `10:15 -2024` is no zone.
            if minutes > 16 * 60 {
                return otherwise;
            }
            tokens.drain(..at + used);
            sign * minutes * 60_000
        }
        _ => otherwise,
    }
}

/// Midnight UTC of a day of the Gregorian calendar, in ms since 1970; `None` if there is no such day.
pub(super) fn midnight_ms(year: i64, month: i64, day: i64) -> Option<i64> {
    let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
    let date = Date::new(i16::try_from(year).ok()?, month, day).ok()?;
    Some(TimeZone::UTC.to_timestamp(date.at(0, 0, 0, 0)).ok()?.as_millisecond())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2024-01-05 12:30:15 UTC.
    const NOON_MS: i64 = 1_704_457_815_000;

    #[test]
    fn points_in_time_are_read_in_the_forms_of_people_and_tools() {
        for text in [
            "Jan 5, 2024 12:30:15 PM",
            "January 5th, 2024 12:30:15",
            "5 Jan 2024 12:30:15",
            "05-JAN-24 12:30:15",
            "Fri, 05 Jan 2024 13:30:15 +0100",
            "Fri Jan  5 12:30:15 2024",
            "05/Jan/2024:12:30:15 +0000",
            "Friday, January 5, 2024 at 12:30:15 p.m.",
            "5. Januar 2024, 12:30:15 Uhr",
            "Freitag, 5. Jänner 2024 12:30:15",
            "5 janvier 2024 à 12h30:15",
            "5 de enero de 2024 12:30:15",
            "5 gennaio 2024 ore 12:30:15",
            "5 januari 2024 om 12:30:15",
            "5 stycznia 2024 r. 12:30:15",
            "5 de janeiro de 2024 às 12:30:15",
            "2024-1-5 12:30:15",
            "2024/1/5 12:30:15",
            "20240105T123015Z",
            "20240105T133015+0100",
            "2024-01-05 12:30:15,000",
            "12:30:15 5 Jan 2024",
        ] {
            assert_eq!(parse(text), Some(Moment::Ms(NOON_MS)), "{text}");
        }
        assert_eq!(parse("2024-01-05 12:30:15,25"), Some(Moment::Ms(NOON_MS + 250)));
        assert_eq!(parse("Jan 5, 2024 12:30:15 AM"), Some(Moment::Ms(NOON_MS - 12 * 3_600_000)));
    }

    #[test]
    fn day_and_month_stay_open_where_both_are_numbers() {
        let short = |text: &str| match parse(text) {
            Some(Moment::Short(date)) => (date.first, date.second, date.year, date.clock_ms / 60_000),
            other => panic!("{text}: {other:?}"),
        };
        assert_eq!(short("12/13/2023 8:26 PM"), (12, 13, 2023, 20 * 60 + 26));
        assert_eq!(short("12/13/23 20:26"), (12, 13, 2023, 20 * 60 + 26));
        assert_eq!(short("3.1.24"), (3, 1, 2024, 0));
        assert_eq!(short("3-1-99 8 am"), (3, 1, 1999, 480));
    }

    #[test]
    fn every_month_is_known_by_its_names_alone() {
        let all: Vec<&str> = MONTHS.iter().flat_map(|names| names.split(' ')).collect();
        let mut distinct = all.clone();
        distinct.sort_unstable();
        distinct.dedup();
        assert_eq!(distinct.len(), all.len());
    }

    #[test]
    fn what_is_no_date_is_refused() {
        for text in [
            "",
            "yesterday",
            "13 PM",
            "10:15",
            "32/13/2024",
            "5 Foo 2024",
            "1.2.3",
            "192.168.0.1",
            "45296.42",
            "12 pieces",
            "2024-13-45",
            "1/1/2024x",
            "5 Jan 2024 25:00",
            "5 Jan 2024 13:00 PM",
            "1/1.1973.5",
            "-5",
            "2024",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn clocks_are_read_with_halves_of_the_day() {
        for (text, minutes) in [("10:15", 615), ("9:05 PM", 1265), ("12:00 am", 0), ("12:30 p.m.", 750), ("14h30", 870)]
        {
            assert_eq!(parse_clock(text), Some(minutes * 60_000), "{text}");
        }
        for text in ["25:00", "10:15 x", "1015", "5 Jan 10:15", ""] {
            assert_eq!(parse_clock(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[0-9a-zJM:+,./ Z-]{0,40}") {
            parse(&text);
            parse_clock(&text);
        }
    }
}
