//! Ids that stand in the item column and are no products: postage, fees, vouchers, tests.

use glob::{MatchOptions, Pattern};

use super::super::cleaning::Cleaning;
use super::super::error::EventsError;
use super::context::{OFF, Outcome, RuleContext};

/// Ids of services, in capitals, as shop systems and their users write them.
const SERVICES: &[&str] = &[
    "ADJUSTMENT",
    "AMAZONFEE",
    "BAD DEBT",
    "BANK CHARGES",
    "CARRIAGE",
    "COUPON",
    "CRUK",
    "DELIVERY",
    "DEPOSIT",
    "DISCOUNT",
    "DONATION",
    "DOT",
    "FEE",
    "FEES",
    "FREIGHT",
    "GIFTCARD",
    "GIFT CARD",
    "GIFT_CARD",
    "GIFT-CARD",
    "GIFTWRAP",
    "GIFT WRAP",
    "GIFT_WRAP",
    "GIFT-WRAP",
    "HANDLING",
    "MANUAL",
    "PADS",
    "POST",
    "POSTAGE",
    "REFUND",
    "ROUNDING",
    "SAMPLE",
    "SAMPLES",
    "SHIPPING",
    "SURCHARGE",
    "TAX",
    "TIP",
    "VAT",
    "VOUCHER",
];

/// Ids of services so short that they may be anybody's product where ids are short.
const SHORT_SERVICES: &[&str] = &["B", "C2", "D", "M", "S"];

/// Beginnings of ids of services that are followed by nothing but digits and separators: `ADJUST2`, `gift_0001_20`.
/// With other letters behind it may be a product (`adjustable-lamp`, `tester`).
const NUMBERED: &[&str] = &["ADJUST", "TEST", "GIFT_"];

/// From so many distinct ids on, one that looks unlike nearly all others says something.
const MIN_IDS: usize = 100;

/// The shop's own patterns.
pub(in super::super) struct Patterns {
    non_products: Vec<Pattern>,
    products: Vec<Pattern>,
}

const ANY_CASE: MatchOptions =
    MatchOptions { case_sensitive: false, require_literal_separator: false, require_literal_leading_dot: false };

impl Patterns {
    /// # Errors
    /// One of them is not a valid pattern.
    pub(in super::super) fn new(cleaning: &Cleaning) -> Result<Patterns, EventsError> {
        let compile = |patterns: &[String]| {
            let compile = |pattern: &String| {
                let no_pattern = |error: glob::PatternError| EventsError::BadPattern {
                    pattern: pattern.clone(),
                    problem: error.msg,
                };
                Pattern::new(pattern.trim()).map_err(no_pattern)
            };
            patterns.iter().map(compile).collect::<Result<Vec<_>, _>>()
        };
        Ok(Patterns { non_products: compile(&cleaning.non_products)?, products: compile(&cleaning.products)? })
    }
}

/// Events with an id that is no product's.
pub(super) fn non_products(context: &RuleContext<'_>, patterns: &Patterns) -> Outcome {
    let by_rule = context.cleaning.drop_non_products;
    if !by_rule && patterns.non_products.is_empty() {
        return Err(OFF);
    }
    let items = &context.events().items;
    let mut is_seen = vec![false; context.log.items.len()];
    context.kept().for_each(|event| is_seen[items[event as usize] as usize] = true);
    let ids =
        || is_seen.iter().zip(0_u32..).filter(|(is_seen, _)| **is_seen).map(|(_, item)| context.log.items.id(item));
    let looks = Looks::of(ids());

    let any = |patterns: &[Pattern], id: &str| patterns.iter().any(|pattern| pattern.matches_with(id, ANY_CASE));
    let is_none =
        |id: &str| (by_rule && looks.is_service(id) || any(&patterns.non_products, id)) && !any(&patterns.products, id);
    let mut found = false;
    // From here on: the items that are no products.
    for (is_seen, item) in is_seen.iter_mut().zip(0..) {
        *is_seen = *is_seen && is_none(context.log.items.id(item));
        found |= *is_seen;
    }
    if !found {
        return Ok(Vec::new());
    }
    Ok(context.kept().filter(|&event| is_seen[items[event as usize] as usize]).collect())
}

/// Properties that nearly all ids of a log share.
struct Looks {
    have_digits: bool,
    are_long: bool,
}

impl Looks {
    fn of<'i>(ids: impl Iterator<Item = &'i str>) -> Looks {
        let (mut num_ids, mut with_digits, mut long) = (0, 0, 0);
        for id in ids {
            num_ids += 1;
            with_digits += usize::from(has_digit(id));
            long += usize::from(id.len() > 2);
        }
        let nearly_all = |count: usize| num_ids >= MIN_IDS && count * 20 >= num_ids * 19;
        Looks { have_digits: nearly_all(with_digits), are_long: nearly_all(long) }
    }

    fn is_service(&self, id: &str) -> bool {
        if !id.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            // Ids of digits need no look at the lists; those of other letters have none of the words.
            return self.have_digits && !has_digit(id);
        }
        let is_in = |ids: &[&str]| ids.iter().any(|other| other.eq_ignore_ascii_case(id));
        let is_numbered = |start: &&str| {
            id.get(..start.len()).is_some_and(|prefix| prefix.eq_ignore_ascii_case(start))
                && id[start.len()..].bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'_' | b'-' | b'.'))
        };
        self.have_digits && !has_digit(id)
            || self.are_long && is_in(SHORT_SERVICES)
            || is_in(SERVICES)
            || NUMBERED.iter().any(is_numbered)
    }
}

fn has_digit(id: &str) -> bool {
    id.bytes().any(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::Looks;

    #[test]
    fn services_are_known_in_any_case_and_with_numbers() {
        let looks = Looks { have_digits: false, are_long: false };
        for id in ["POST", "postage", "Bank Charges", "ADJUST", "adjust2", "TEST001", "gift_0001_20", "DOT"] {
            assert!(looks.is_service(id), "{id}");
        }
        for id in ["adjustable-lamp", "tester", "GIFT_box", "POSTER", "M", "b", "22423", "85123A", "ромашка"] {
            assert!(!looks.is_service(id), "{id}");
        }
    }

    #[test]
    fn ids_that_look_unlike_nearly_all_others_are_services() {
        let digits: Vec<String> = (10_000..10_099).map(|id| id.to_string()).collect();
        let few = Looks::of(digits.iter().map(String::as_str));
        assert!(!few.is_service("ABCD") && !few.is_service("M"));
        let many = Looks::of(digits.iter().map(String::as_str).chain(["ABCD"]));
        assert!(many.is_service("ABCD") && many.is_service("m") && many.is_service("C2"));
        assert!(!many.is_service("C3") && !many.is_service("DCGS0003"));
        let slugs: Vec<String> = ('a'..='z').flat_map(|a| ('a'..='z').map(move |b| format!("hat-{a}{b}"))).collect();
        assert!(!Looks::of(slugs.iter().map(String::as_str)).is_service("hat-aa"));
    }
}
