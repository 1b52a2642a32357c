//! Finds which column says what: by the names that somebody gave, by the profile of a platform, by usual names; and,
//! where several columns could be it, by what they hold.

use std::collections::BTreeMap;
use std::path::Path;

use super::error::EventsError;
use super::evidence::{ColumnFacts, Evidence};
use super::options::Field;
use super::profiles::{Profile, recognise, recognise_rows};
use super::report::Alternatives;
use super::usual_names::{
    Likely, is_basket, is_of_variants, is_time_of_purchase, likely, likely_baskets, products_beside, says_variant,
};
use crate::EventKind;
use crate::table::names;

/// The columns of one file, by what they say.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Columns {
    /// Position of each matched field's column.
    pub(super) of_field: BTreeMap<Field, usize>,
    /// True if the session column is one of baskets.
    pub(super) is_basket: bool,
    /// Positions of the columns that the filter looks at, in its order.
    pub(super) filtered: Vec<usize>,
    /// The kind of events that the names tell, if no column says it.
    pub(super) kind: Option<EventKind>,
    /// True if the parent's column says that items are variants, rather than being one that every product has.
    pub(super) says_variant: bool,
    /// True if the item's column is one of variants, in which 0 stands for the product itself.
    pub(super) is_of_variants: bool,
    /// The profile whose header the file has.
    pub(super) profile: Option<&'static Profile>,
    /// Fields for which another column is as good.
    pub(super) alternatives: Vec<Alternatives>,
    /// Choices that the names and values do not settle.
    pub(super) guesses: Vec<String>,
}

impl Columns {
    /// The position of `field` among the matched ones, which is that of its cell in a row.
    pub(super) fn cell_of(&self, field: Field) -> Option<usize> {
        self.of_field.keys().position(|matched| *matched == field)
    }

    /// The columns to read, those of fields first.
    pub(super) fn wanted(&self) -> Vec<usize> {
        let mut wanted: Vec<usize> = self.of_field.values().copied().collect();
        for column in &self.filtered {
            if !wanted.contains(column) {
                wanted.push(*column);
            }
        }
        wanted
    }

    /// The cells of a row that the filter looks at, in its order.
    pub(super) fn filter_cells(&self) -> Vec<usize> {
        let wanted = self.wanted();
        self.filtered.iter().filter_map(|column| wanted.iter().position(|one| one == column)).collect()
    }
}

/// The columns of a file that may hold each field.
pub(super) struct Candidates<'n> {
    path: &'n Path,
    names: &'n [String],
    profile: Option<&'static Profile>,
    /// Fields with the column that somebody named, or with none.
    named: BTreeMap<Field, Option<usize>>,
    likely: BTreeMap<Field, Likely>,
    baskets: Likely,
}

impl<'n> Candidates<'n> {
    /// Finds the candidates among the columns called `names` of the file at `path`. Of several names in `overrides` the
    /// first that the file has is taken; an empty one stands for no column. `sample` has rows of a file without a header.
    ///
    /// # Errors
    /// The file has no column of the names in `overrides`.
    pub(super) fn new(
        path: &'n Path,
        names: &'n [String],
        sample: &[Vec<String>],
        overrides: &BTreeMap<Field, Vec<String>>,
    ) -> Result<Candidates<'n>, EventsError> {
        let mut named = BTreeMap::new();
        for (&field, wanted) in overrides {
            let may_be_none =
                wanted.iter().all(|name| name.trim().is_empty()) || wanted.iter().any(std::string::String::is_empty);
            let column = wanted.iter().find_map(|name| names::named(names, name.trim()));
            if column.is_none() && !may_be_none {
                let (path, column, available) = (path.to_owned(), wanted.join("` or `"), names.to_vec());
                return Err(EventsError::UnknownColumn { path, field, column, available });
            }
            named.insert(field, column);
        }
        let headerless = recognise_rows(sample);
        let profile = headerless.as_ref().map(|(profile, _)| *profile).or_else(|| recognise(names));
        // Columns without names are those of the profile in its order.
        let own_names = headerless.as_ref().map_or(names, |(_, names)| names);
        let of_field = |field| match profile {
            // A shop may have added it to what its platform exports.
            Some(profile) if matches!(field, Field::Parent | Field::Cancelled) && !profile.has(field) => {
                likely(field, names)
            }
            Some(profile) => {
                let columns = profile.columns_of(field, own_names);
                Likely { num_usual: columns.len(), columns }
            }
            None => likely(field, names),
        };
        let mut likely: BTreeMap<Field, Likely> =
            Field::ALL.into_iter().map(|field| (field, of_field(field))).collect();
        let mut baskets = if profile.is_some() { Likely::default() } else { likely_baskets(names) };
        let taken: Vec<usize> = named.values().flatten().copied().collect();
        for one in likely.values_mut().chain([&mut baskets]) {
            let usual = one.columns.iter().take(one.num_usual);
            one.num_usual = usual.filter(|column| !taken.contains(column)).count();
            one.columns.retain(|column| !taken.contains(column));
        }
        Ok(Candidates { path, names, profile, named, likely, baskets })
    }

    /// The columns that have to be looked into, because names do not settle which is meant; none if they do.
    pub(super) fn to_look_into(&self) -> Vec<usize> {
        let is_open = |likely: &Likely| likely.columns.len() > 1 || likely.num_usual < likely.columns.len();
        let mut open: Vec<usize> = Vec::new();
        for (field, likely) in self.likely.iter().filter(|(field, _)| !self.named.contains_key(field)) {
            let with_baskets = *field == Field::Session && likely.columns.is_empty() && !self.may_cut();
            let likely = if with_baskets { &self.baskets } else { likely };
            if is_open(likely) {
                open.extend(&likely.columns);
            }
        }
        if !open.is_empty() {
            open.extend(self.order());
        }
        open.sort_unstable();
        open.dedup();
        open
    }

    /// All columns that any field may take.
    pub(super) fn all(&self) -> Vec<usize> {
        let likely = self.likely.values().chain([&self.baskets]).flat_map(|likely| likely.columns.iter().copied());
        likely.chain(self.named.values().flatten().copied()).collect()
    }

    /// The column whose rows belong together, as far as names tell.
    pub(super) fn order(&self) -> Option<usize> {
        let named = self.named.get(&Field::Session).copied().flatten();
        let [baskets, sessions] =
            [&self.baskets, &self.likely[&Field::Session]].map(|one| one.columns.first().copied());
        named.or(baskets).or(sessions)
    }

    fn may_cut(&self) -> bool {
        let has = |field: Field| match self.named.get(&field) {
            Some(column) => column.is_some(),
            None => !self.likely[&field].columns.is_empty(),
        };
        [Field::Event, Field::Shopper, Field::Timestamp].into_iter().all(has)
    }

    /// Chooses the columns; `facts` has what is known of those that were looked into.
    ///
    /// A basket column is left alone if there are an event type, a shopper and a timestamp as well: in such a log only
    /// purchases have a basket, and sessions are to be cut by inactivity.
    ///
    /// # Errors
    /// There is no column for the item, or neither for the session nor the shopper.
    pub(super) fn choose(&self, facts: Option<&Evidence<'_>>) -> Result<Columns, EventsError> {
        let mut found = Columns { profile: self.profile, ..Columns::default() };
        found.of_field = self.named.iter().filter_map(|(&field, &column)| Some((field, column?))).collect();
        for field in Field::ALL.into_iter().filter(|field| !self.named.contains_key(field)) {
            self.choose_one(field, &self.likely[&field], facts, &mut found);
        }
        let item = found.of_field.get(&Field::Item).and_then(|&item| self.names.get(item));
        found.is_of_variants = item.is_some_and(|item| is_of_variants(item));
        if found.is_of_variants
            && !found.of_field.contains_key(&Field::Parent)
            && !self.named.contains_key(&Field::Parent)
        {
            let columns: Vec<usize> = products_beside(self.names).into_iter().collect();
            self.choose_one(Field::Parent, &Likely { num_usual: columns.len(), columns }, facts, &mut found);
        }
        let parent = found.of_field.get(&Field::Parent).and_then(|&parent| self.names.get(parent));
        found.says_variant = found.is_of_variants || parent.is_some_and(|parent| says_variant(parent));
        let can_cut =
            [Field::Event, Field::Shopper, Field::Timestamp].iter().all(|field| found.of_field.contains_key(field));
        if !can_cut && !found.of_field.contains_key(&Field::Session) && !self.named.contains_key(&Field::Session) {
            self.choose_one(Field::Session, &self.baskets, facts, &mut found);
        }
        let missing = if !found.of_field.contains_key(&Field::Item) {
            Some("item")
        } else if !found.of_field.contains_key(&Field::Session) && !found.of_field.contains_key(&Field::Shopper) {
            Some("session")
        } else {
            None
        };
        if let Some(field) = missing {
            let (path, available) = (self.path.to_owned(), self.names.to_vec());
            return Err(EventsError::MissingColumn { path, field, available });
        }
        let name_of = |field| found.of_field.get(&field).and_then(|&column: &usize| self.names.get(column));
        let is_session_named = self.named.contains_key(&Field::Session);
        let has_baskets = self.profile.is_some_and(|profile| profile.has_baskets) && !is_session_named;
        let is_basket_name = name_of(Field::Session).is_some_and(|name| is_basket(name));
        let is_purchase_time = name_of(Field::Timestamp).is_some_and(|name| is_time_of_purchase(name));
        found.is_basket = is_basket_name || has_baskets && found.of_field.contains_key(&Field::Session);
        let of_profile = self.profile.and_then(|profile| profile.kind);
        found.kind = of_profile.or((found.is_basket || is_purchase_time).then_some(EventKind::Purchase));
        Ok(found)
    }

    /// Chooses the column of a field among those that are still free: the one with the least flaws, and of several the
    /// likeliest by name.
    fn choose_one(&self, field: Field, likely: &Likely, facts: Option<&Evidence<'_>>, found: &mut Columns) {
        let taken = |column: &usize| found.of_field.values().any(|one| one == column);
        let flaws_of = |column: usize| facts.and_then(|facts| facts.of(column)).map(|facts| flaws(field, facts));
        // A name that only sounds like it needs values that bear it out.
        let is_fit = |&(rank, column): &(usize, usize)| match flaws_of(column) {
            Some(flaws) => !flaws.useless || !is_optional(field) && rank < likely.num_usual,
            None => rank < likely.num_usual,
        };
        let free = likely.columns.iter().copied().enumerate().filter(|(_, column)| !taken(column));
        let mut fit: Vec<(usize, usize)> = free.filter(is_fit).collect();
        fit.sort_by_key(|&(rank, column)| (flaws_of(column), rank));
        let Some(&(rank, column)) = fit.first() else { return };
        let name = |column: usize| self.names.get(column).cloned().unwrap_or_default();
        let others = fit[1..].iter().filter(|&&(other, at)| {
            flaws_of(at).is_some()
                && flaws_of(at) == flaws_of(column)
                && (other < likely.num_usual) == (rank < likely.num_usual)
        });
        let others: Vec<String> = others.map(|&(_, column)| name(column)).collect();
        if self.profile.is_none() && !others.is_empty() {
            found.alternatives.push(Alternatives { field, column: name(column), others });
        }
        if rank >= likely.num_usual {
            found.guesses.push(format!("`{}` is taken for the {field}, by words in its name", name(column)));
        }
        found.of_field.insert(field, column);
    }
}

/// Fields that are left without a column rather than take one that cannot be it.
const fn is_optional(field: Field) -> bool {
    !matches!(field, Field::Item)
}

/// Reasons against a column, the gravest first; a column with fewer is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Flaws {
    /// Empty, or without a value that can be read as the field's.
    useless: bool,
    is_constant: bool,
    never_repeats: bool,
    is_mostly_missing: bool,
}

fn flaws(field: Field, facts: &ColumnFacts) -> Flaws {
    let is_id = matches!(field, Field::Item | Field::Session | Field::Shopper);
    let cannot_be_read = match field {
        Field::Item | Field::Session | Field::Shopper => false,
        Field::Event => !facts.has_known_events(),
        Field::Timestamp => !facts.are_times(),
        Field::Position => !facts.are_positions() || facts.is_mostly_missing(),
        Field::Quantity | Field::Price => !facts.are_numbers(),
        Field::Status | Field::Market | Field::Cancelled => false,
        Field::Parent => facts.is_constant(),
    };
    Flaws {
        useless: facts.is_empty() || cannot_be_read,
        is_constant: (is_id || matches!(field, Field::Event | Field::Timestamp)) && facts.is_constant(),
        never_repeats: is_id && facts.never_repeats() || field == Field::Item && facts.is_line_number(),
        is_mostly_missing: facts.is_mostly_missing(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::path::Path;

    use super::{Candidates, Columns, EventsError, Field};

    fn match_columns(columns: &[String], overrides: &BTreeMap<Field, Vec<String>>) -> Result<Columns, EventsError> {
        Candidates::new(Path::new("e.csv"), columns, &[], overrides)?.choose(None)
    }

    fn matched(header: &str, overrides: &[(Field, &str)]) -> Result<(Vec<(Field, String)>, bool), EventsError> {
        let columns: Vec<String> = header.split(',').map(str::to_owned).collect();
        let overrides = overrides.iter().map(|(field, name)| (*field, vec![(*name).to_owned()])).collect();
        let found = match_columns(&columns, &overrides)?;
        Ok((found.of_field.iter().map(|(field, at)| (*field, columns[*at].clone())).collect(), found.is_basket))
    }

    fn text(header: &str, overrides: &[(Field, &str)]) -> String {
        let (columns, is_basket) = matched(header, overrides).unwrap();
        let pairs: Vec<String> = columns.iter().map(|(field, column)| format!("{field}={column}")).collect();
        format!("{}{}", pairs.join(" "), if is_basket { " (basket)" } else { "" })
    }

    #[test]
    fn the_columns_of_well_known_logs_are_found() {
        for (header, expected) in [
            ("session_id,position,item_id", "item=item_id session=session_id position=position"),
            (
                "Invoice,StockCode,Description,Quantity,InvoiceDate,Price,Customer ID,Country",
                "item=StockCode session=Invoice shopper=Customer ID timestamp=InvoiceDate quantity=Quantity \
                 price=Price (basket)",
            ),
            (
                "household_id,store_id,basket_id,product_id,quantity,sales_value,week,transaction_timestamp",
                "item=product_id session=basket_id shopper=household_id timestamp=transaction_timestamp \
                 quantity=quantity price=sales_value (basket)",
            ),
            (
                "timestamp,visitorid,event,itemid,transactionid",
                "item=itemid shopper=visitorid event=event timestamp=timestamp",
            ),
            (
                "event_time,event_type,product_id,category_id,brand,price,user_id,user_session",
                "item=product_id session=user_session shopper=user_id event=event_type timestamp=event_time \
                 price=price",
            ),
            (
                "sessionId;userId;itemId;timeframe;eventdate".replace(';', ",").as_str(),
                "item=itemId session=sessionId shopper=userId timestamp=eventdate position=timeframe",
            ),
            (
                "event_timestamp,event_name,user_pseudo_id,ga_session_id,item_id",
                "item=item_id session=ga_session_id shopper=user_pseudo_id event=event_name timestamp=event_timestamp",
            ),
            (
                "fullVisitorId,productSKU,date,time",
                "item=productSKU shopper=fullVisitorId timestamp=date position=time",
            ),
        ] {
            assert_eq!(text(header, &[]), expected, "{header}");
        }
    }

    #[test]
    fn an_override_wins_over_a_usual_name() {
        let found = text("session_id,item_id,PRODUCT_ID", &[(Field::Item, "product_id")]);
        assert_eq!(found, "item=PRODUCT_ID session=session_id");
    }

    #[test]
    fn an_empty_override_leaves_the_field_out() {
        assert_eq!(text("session_id,item_id,type", &[(Field::Event, "")]), "item=item_id session=session_id");
    }

    #[test]
    fn a_missing_column_is_reported_with_the_ones_there_are() {
        let error = matched("session_id,thing", &[]).unwrap_err().to_string();
        assert!(error.contains("`item`") && error.contains("`thing`"), "{error}");
        let error = matched("item_id,colour", &[]).unwrap_err().to_string();
        assert!(error.contains("`session`") && error.contains("shopper"), "{error}");
    }

    #[test]
    fn an_override_that_names_no_column_is_refused() {
        let error = matched("session_id,item_id", &[(Field::Item, "sku")]).unwrap_err().to_string();
        assert!(error.contains("`sku`") && error.contains("`item_id`"), "{error}");
    }

    #[test]
    fn no_column_says_two_things() {
        let overrides = BTreeMap::from([(Field::Position, vec!["timestamp".to_owned()])]);
        let columns: Vec<String> = ["session", "item", "timestamp"].map(str::to_owned).to_vec();
        let found = match_columns(&columns, &overrides).unwrap();
        assert_eq!(found.of_field.get(&Field::Timestamp), None);
    }
}
