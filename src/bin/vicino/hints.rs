//! The flags that change what an error or a finding of the library is about; the library itself knows no flags.

use vicino::catalog::CatalogError;
use vicino::eda::{Hints, Setting};
use vicino::events::{EventsError, Rule};

/// The flags, for the findings of an exploration.
pub const HINTS: Hints = Hints { kind: "flag", name: of_setting };

/// The flag of a setting; `None` if none changes it.
fn of_setting(setting: Setting) -> Option<&'static str> {
    Some(match setting {
        Setting::Rule(rule) => return of_rule(rule),
        Setting::KeepRejects => "--keep-rejects FILE",
        Setting::SessionGap => "--session-gap",
        Setting::EventKind => "--events-are",
        Setting::EventsArePurchases => "--events-are purchase",
        Setting::MinShoppers => "--min-shoppers",
        Setting::Catalog => "--catalog",
    })
}

/// The flag that turns a rule off or changes it; `None` for rows that are never events.
pub fn of_rule(rule: Rule) -> Option<&'static str> {
    Some(match rule {
        Rule::Damage | Rule::EventTypes | Rule::MissingIds | Rule::BadValues | Rule::Returns => return None,
        Rule::Where => "--where",
        Rule::VoidOrders => "--void-orders",
        Rule::Guests => "--guests",
        Rule::ImpossibleTimes => "--impossible-times",
        Rule::Period => "--from and --until",
        Rule::NonProducts => "--non-products",
        Rule::Duplicates => "--duplicates",
        Rule::DoubleClicks => "--double-clicks",
        Rule::ZeroPrices => "--zero-prices",
        Rule::Cancellations => "--cancellations",
        Rule::Robots => "--robot-events-per-hour",
        Rule::RareItems => "--min-item-events",
        Rule::PerShopper => "--max-per-shopper",
        Rule::LongSessions => "--max-session-events",
        Rule::ShortSessions => "--min-session-events",
    })
}

/// The flags that help with an error, as the end of its message; `None` if none does.
pub fn of_error(error: &anyhow::Error) -> Option<String> {
    error.chain().find_map(|cause| {
        let of_events = cause.downcast_ref::<EventsError>().and_then(of_events_error);
        of_events.or_else(|| cause.downcast_ref::<CatalogError>().and_then(of_catalog_error))
    })
}

fn of_events_error(error: &EventsError) -> Option<String> {
    Some(match error {
        EventsError::MissingColumn { field, .. } => format!("; name the right one with `--column {field}=NAME`"),
        EventsError::Remarked { error, .. } => return of_events_error(error),
        EventsError::DifferentColumns { field, .. } => format!(" with `--column {field}=`"),
        EventsError::NothingLeft { rule, event_types, .. } => {
            let types = if event_types.is_empty() {
                ""
            } else {
                ", say what event types mean with `--event-type NAME=purchase`"
            };
            let flag = rule.and_then(of_rule).map_or_else(String::new, |flag| format!("; {flag} changes the rule"));
            format!(" and name others with `--column FIELD=NAME`{types}{flag}")
        }
        EventsError::TooManyRejected { .. } => {
            ", name other columns with `--column FIELD=NAME`, or accept more with a higher `--max-rejected`".to_owned()
        }
        _ => return None,
    })
}

fn of_catalog_error(error: &CatalogError) -> Option<String> {
    Some(match error {
        CatalogError::MissingId { .. } => "; name the right one with `--catalog-column id=NAME`".to_owned(),
        CatalogError::TooManyRejected { .. } => ", or name other columns with `--catalog-column FIELD=NAME`".to_owned(),
        CatalogError::TooManyCategories { .. } => " with `--catalog-column category=NAME`".to_owned(),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_of_a_rule_is_in_the_documentation() {
        let text = include_str!("../../../docs/cleaning.md");
        for flag in Rule::ALL.into_iter().filter_map(of_rule).flat_map(|flags| flags.split(" and ")) {
            assert!(text.contains(flag), "docs/cleaning.md does not name {flag}");
        }
    }

    #[test]
    fn rules_without_a_flag_are_the_fixed_ones() {
        for rule in Rule::ALL {
            assert_eq!(of_rule(rule).is_none(), rule.is_fixed(), "{rule}");
        }
    }

    #[test]
    fn an_error_under_its_context_gets_its_flag() {
        let path = "e.csv".into();
        let missing = EventsError::MissingColumn { path, field: "item", available: vec!["thing".to_owned()] };
        let hint = of_error(&anyhow::Error::new(missing).context("cannot train"));
        assert_eq!(hint.as_deref(), Some("; name the right one with `--column item=NAME`"));
        assert_eq!(of_error(&anyhow::anyhow!("broken")), None);
    }
}
