//! The flags that say what is left out of an event log, and what people see of it.

use crate::arg_parsers;
use crate::console::Console;
use crate::hints;
use crate::output::Output;
use crate::spreadsheet;
use crate::table::thousands;
use crate::usage::Usage;
use anyhow::Context;
use clap::ValueEnum;
use serde::{Deserialize, Serialize};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use vicino::events::{self, Cleaning, Field, ReadReport, Reason, Reject};

/// Options of cleaning, as flags and as the table `[cleaning]` of a mapping.
#[derive(Clone, Debug, Default, PartialEq, clap::Args, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
#[command(next_help_heading = "Cleaning")]
pub struct CleaningFlags {
    /// Leave out nothing but damage: every rule below is off unless its own flag is given
    ///
    /// A row that cannot be read, has no item or is a return is never an event. Duplicates and impossible times are
    /// damage, too.
    #[arg(long)]
    #[serde(skip_serializing_if = "is_false")]
    no_cleaning: bool,

    /// Go on although this reason takes more than a fifth of the rows, or of one kind of event; may be given several
    /// times
    ///
    /// Reasons are named as in the table of what was left out (bad_timestamp); a rule (bad-values) stands for all of
    /// its reasons.
    #[arg(long, value_name = "REASON", value_parser = Accepted::from_str)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    accept: Vec<Accepted>,

    /// Make product ids lower-case, so that 85123A and 85123a are one product
    #[arg(long)]
    #[serde(skip_serializing_if = "is_false")]
    fold_case: bool,

    /// Multiply prices written with this currency (EUR, $) by this; may be given for several
    #[arg(long, value_name = "CODE=RATE")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    currency_rate: Vec<Rate>,

    /// Orders that were cancelled, refunded, voided or failed, as a status column says [default: drop]
    #[arg(long, value_enum, value_name = "WHAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    void_orders: Option<Fate>,

    /// Shopper ids that stand for nobody: guest, 0, -1, one with more than a fifth of all orders [default: drop]
    ///
    /// With drop, their orders are those of unknown shoppers, and their events go where no column names sessions.
    #[arg(long, value_enum, value_name = "WHAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    guests: Option<Fate>,

    /// Times before 1995 and from 2100 on [default: drop]
    #[arg(long, value_enum, value_name = "WHAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    impossible_times: Option<Fate>,

    /// Leave out what happened before this date or time (UTC)
    #[arg(long, value_name = "DATE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Moment>,

    /// Leave out what happened on or after this date or time (UTC)
    #[arg(long, value_name = "DATE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Moment>,

    /// Usual codes of postage, fees, vouchers and tests in the product column [default: drop]
    ///
    /// With drop, so go ids without any digit where at least 95 % of the ids (of at least 100) have one. With keep,
    /// only those of --non-product go.
    #[arg(long, value_enum, value_name = "WHAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    non_products: Option<Fate>,

    /// Leave out ids of this pattern, too (* and ? and [a-z], in any case); may be given several times
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    non_product: Vec<String>,

    /// Keep ids of this pattern even if another rule would remove them; may be given several times
    #[arg(long, value_name = "GLOB", value_parser = glob)]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    product: Vec<String>,

    /// Rows that equal an earlier one in every column, the moment included [default: drop]
    #[arg(long, value_enum, value_name = "WHAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    duplicates: Option<Fate>,

    /// A view or cart event within this time of an equal one is the same click (0, s, m, h, d) [default: 2s]
    ///
    /// 0 keeps all; 1d leaves one view of a product a day.
    #[arg(long, value_name = "SPAN")]
    #[serde(skip_serializing_if = "Option::is_none")]
    double_clicks: Option<Span>,

    /// Purchases at a price of 0 or less: gifts, samples, corrections [default: drop]
    #[arg(long, value_enum, value_name = "WHAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    zero_prices: Option<Fate>,

    /// Purchases that the shopper gave back later, in full [default: drop]
    #[arg(long, value_enum, value_name = "WHAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    cancellations: Option<Fate>,

    /// A shopper with more events within an hour, more than --robot-items products and no cart or purchase is a robot
    /// [default: 300]
    ///
    /// 0 takes nobody for a robot; 1 everybody with two events in an hour on more than --robot-items.
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    robot_events_per_hour: Option<usize>,

    /// Products that a robot looks at more than [default: 100]
    ///
    /// 0 leaves it to the pace; the larger, the fewer are taken for robots.
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    robot_items: Option<usize>,

    /// Leave out products with fewer events than this [default: 1]
    ///
    /// 1 keeps all; the larger, the fewer products are in the model.
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    min_item_events: Option<usize>,

    /// Of one shopper's events with one product, keep the newest N [default: 0, all of them]
    ///
    /// 1 counts every shopper once; 0 lets one shopper make all pairs of a product.
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_per_shopper: Option<usize>,

    /// Leave out whole sessions of more events than this [default: 1000]
    ///
    /// 0 keeps all; 1 leaves nothing to learn pairs from.
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    max_session_events: Option<usize>,

    /// Leave out whole sessions of fewer events than this [default: 1]
    ///
    /// 1 keeps all; 2 leaves those that pairs can be learnt from, and takes the others out of popularity, too.
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    min_session_events: Option<usize>,
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// Fate of the rows that a rule finds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Fate {
    /// They stay
    Keep,
    /// They are left out
    Drop,
}

/// A value that is written as text, in flags and in files alike.
macro_rules! written {
    ($(#[$doc:meta])* $name:ident($inner:ty), $parse:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name {
            value: $inner,
            text: String,
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<$name, String> {
                let parse: fn(&str) -> Result<$inner, String> = $parse;
                Ok($name { value: parse(text)?, text: text.to_owned() })
            }
        }

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(text: String) -> Result<$name, String> {
                text.parse().map_err(|problem| format!("{text:?}: {problem}"))
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> String {
                value.text
            }
        }
    };
}

written!(
    /// A time span in ms; 0 for none.
    Span(i64),
    |text| match text.trim() {
        "0" => Ok(0),
        text => arg_parsers::span(text).map(|span| i64::try_from(span.as_millis()).unwrap_or(i64::MAX)),
    }
);
written!(
    /// A point in time in ms since 1970 UTC.
    Moment(i64),
    |text| events::parse_moment(text)
        .ok_or_else(|| "expected a date or time, for instance 2026-11-24 or 2026-11-24T08:00:00Z".to_owned())
);
written!(
    /// A currency and what one unit of it is worth.
    Rate((String, f64)),
    |text| {
        let rate = text.split_once('=').and_then(|(code, rate)| Some((code.trim().to_owned(), rate.trim().parse().ok()?)));
        rate.filter(|(code, rate)| !code.is_empty() && *rate > 0.0 && f64::is_finite(*rate))
            .ok_or_else(|| "expected a currency and a rate above 0, for instance USD=0.92".to_owned())
    }
);

written!(
    /// The reasons that may take much.
    Accepted(Vec<Reason>),
    |text| {
        let (name, wanted) = (text.trim(), text.trim().replace('-', "_"));
        let is_meant = |reason: &Reason| reason.key() == wanted || reason.rule().name() == name;
        match Reason::ALL.into_iter().filter(is_meant).collect::<Vec<_>>() {
            none if none.is_empty() => Err(format!(
                "expected the name of a reason or a rule: {}",
                Reason::ALL.map(Reason::key).join(", ")
            )),
            some => Ok(some),
        }
    }
);

fn glob(text: &str) -> Result<String, String> {
    match ::glob::Pattern::new(text.trim()) {
        Ok(_) => Ok(text.to_owned()),
        Err(error) => Err(format!("{}; expected letters, digits, *, ? and sets such as [a-z]", error.msg)),
    }
}

impl CleaningFlags {
    /// These flags, and those of a mapping where these say nothing.
    pub fn over(self, file: &CleaningFlags) -> CleaningFlags {
        let longer = |mut own: Vec<String>, more: &[String]| {
            own.extend(more.iter().filter(|one| !own.contains(one)).cloned().collect::<Vec<_>>());
            own
        };
        let file = file.clone();
        CleaningFlags {
            no_cleaning: self.no_cleaning || file.no_cleaning,
            accept: self.accept.into_iter().chain(file.accept).collect(),
            fold_case: self.fold_case || file.fold_case,
            currency_rate: if self.currency_rate.is_empty() { file.currency_rate } else { self.currency_rate },
            void_orders: self.void_orders.or(file.void_orders),
            guests: self.guests.or(file.guests),
            impossible_times: self.impossible_times.or(file.impossible_times),
            from: self.from.or(file.from),
            until: self.until.or(file.until),
            non_products: self.non_products.or(file.non_products),
            non_product: longer(self.non_product, &file.non_product),
            product: longer(self.product, &file.product),
            duplicates: self.duplicates.or(file.duplicates),
            double_clicks: self.double_clicks.or(file.double_clicks),
            zero_prices: self.zero_prices.or(file.zero_prices),
            cancellations: self.cancellations.or(file.cancellations),
            robot_events_per_hour: self.robot_events_per_hour.or(file.robot_events_per_hour),
            robot_items: self.robot_items.or(file.robot_items),
            min_item_events: self.min_item_events.or(file.min_item_events),
            max_per_shopper: self.max_per_shopper.or(file.max_per_shopper),
            max_session_events: self.max_session_events.or(file.max_session_events),
            min_session_events: self.min_session_events.or(file.min_session_events),
        }
    }

    /// Returns the reasons that may take much: those of --accept, and those of rules whose own flag was given.
    pub fn accepted(&self) -> Vec<Reason> {
        let accepted = self.accept.iter().flat_map(|accepted| accepted.value.iter().copied());
        let asked_for = [
            (self.impossible_times.is_some(), Reason::ImpossibleTime),
            (self.non_products.is_some() || !self.non_product.is_empty(), Reason::NonProduct),
            (self.duplicates.is_some(), Reason::Duplicate),
            (self.zero_prices.is_some(), Reason::ZeroPrice),
            (self.robot_events_per_hour.is_some() || self.robot_items.is_some(), Reason::Robot),
            (self.max_session_events.is_some(), Reason::LongSession),
        ];
        accepted.chain(asked_for.into_iter().filter_map(|(is_given, reason)| is_given.then_some(reason))).collect()
    }

    /// Returns the options of cleaning that the flags ask for.
    pub fn cleaning(&self) -> anyhow::Result<Cleaning> {
        let usual = if self.no_cleaning { Cleaning::damage_only() } else { Cleaning::default() };
        let drops = |fate: Option<Fate>, usual| fate.map_or(usual, |fate| fate == Fate::Drop);
        let (from_ms, until_ms) =
            (self.from.as_ref().map(|from| from.value), self.until.as_ref().map(|until| until.value));
        if let (Some(from), Some(until)) = (&self.from, &self.until)
            && from.value >= until.value
        {
            return Err(Usage(format!("--from {} is not before --until {}", from.text, until.text)).into());
        }
        Ok(Cleaning {
            fold_case: self.fold_case,
            currency_rates: self.currency_rate.iter().map(|rate| rate.value.clone()).collect(),
            drop_void_orders: drops(self.void_orders, usual.drop_void_orders),
            drop_guests: drops(self.guests, usual.drop_guests),
            drop_impossible_times: drops(self.impossible_times, usual.drop_impossible_times),
            from_ms,
            until_ms,
            drop_non_products: drops(self.non_products, usual.drop_non_products),
            non_products: self.non_product.clone(),
            products: self.product.clone(),
            drop_duplicates: drops(self.duplicates, usual.drop_duplicates),
            double_click_ms: self.double_clicks.as_ref().map_or(usual.double_click_ms, |span| span.value),
            drop_zero_prices: drops(self.zero_prices, usual.drop_zero_prices),
            drop_cancelled: drops(self.cancellations, usual.drop_cancelled),
            robot_events_per_hour: self.robot_events_per_hour.unwrap_or(usual.robot_events_per_hour),
            robot_items: self.robot_items.unwrap_or(usual.robot_items),
            min_item_events: self.min_item_events.unwrap_or(usual.min_item_events),
            max_per_shopper: self.max_per_shopper.unwrap_or(usual.max_per_shopper),
            max_session_events: self.max_session_events.unwrap_or(usual.max_session_events),
            min_session_events: self.min_session_events.unwrap_or(usual.min_session_events),
        })
    }
}

/// Says what nobody should overlook and is no loss: a rule that takes much by right, ids that were rounded, prices in
/// several currencies.
pub fn remark(report: &ReadReport, console: &Console) {
    for rule in &report.rules {
        let is_expected =
            report.rejections.iter().any(|one| one.reason.rule() == rule.rule && one.reason.is_expected());
        if let Some(flag) = hints::of_rule(rule.rule)
            && is_expected
            && rule.left_out() * 5 > rule.before
        {
            console.remark(format_args!(
                "the rule {} left out {} of {} rows ({:.0} %); {flag} changes that, --keep-rejects FILE shows them",
                rule.rule,
                thousands(rule.left_out()),
                thousands(rule.before),
                100.0 * rule.left_out() as f64 / rule.before as f64
            ));
        }
    }
    for rounded in &report.rounded_ids {
        console.remark(format_args!("warning: {}", vicino::eda::rounded_text(rounded)));
    }
    if report.currencies.len() > 1 {
        let currencies = report.currencies.iter().take(5).map(|(code, rows)| format!("{code} ({})", thousands(*rows)));
        console.remark(format_args!(
            "prices are in several currencies: {}; --currency-rate CODE=RATE makes them one",
            currencies.collect::<Vec<_>>().join(", ")
        ));
    }
}

/// The rules that could not run, with the reason; `None` if all could that should.
pub fn not_run(report: &ReadReport) -> Option<String> {
    let skipped = report.rules.iter().filter_map(|rule| Some((rule.rule, rule.skipped?)));
    let skipped: Vec<String> =
        skipped.filter(|(_, why)| *why != "turned off").map(|(rule, why)| format!("{rule} ({why})")).collect();
    (!skipped.is_empty()).then(|| skipped.join(", "))
}

/// Writes rows that were left out as CSV, compressed if the name ends in `.gz`.
pub fn write_rejects(path: &Path, files: &[PathBuf], rejects: &[Reject]) -> anyhow::Result<()> {
    if path == Path::new("-") {
        return Err(Usage("--keep-rejects needs a file: stdout has the results".to_owned()).into());
    }
    const FIELDS: [Field; 7] =
        [Field::Item, Field::Session, Field::Shopper, Field::Event, Field::Timestamp, Field::Quantity, Field::Price];
    let context = || format!("cannot write {}", path.display());
    let mut output = Output::create_text(path)?;
    {
        let mut writer = csv::Writer::from_writer(&mut output);
        let header = ["file", "line", "reason", "column", "found"].into_iter().chain(FIELDS.map(Field::name));
        writer.write_record(header).with_context(context)?;
        for reject in rejects {
            let file = files.get(reject.file).map_or_else(String::new, |file| file.display().to_string());
            let (line, reason) = (reject.line.to_string(), reject.reason.key());
            let place = [file.as_str(), &line, reason, &reject.column, &reject.found];
            writer
                .write_record(
                    (place.into_iter().chain(FIELDS.map(|field| reject.value(field))))
                        .map(|text| spreadsheet::cell(text).into_owned()),
                )
                .with_context(context)?;
        }
        writer.flush().with_context(context)?;
    }
    output.flush().with_context(context)?;
    output.finish()
}
