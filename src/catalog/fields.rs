//! Meaning of the columns of a feed.

use std::fmt;
use std::str::FromStr;

use serde::Serialize;

use crate::table::names;

/// Meaning of a column of a product feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// The shop's id, as in the event log; required.
    Id,
    /// The product that the item is a variant of.
    Group,
    /// The title for people.
    Title,
    /// Its category or the path to it.
    Category,
    /// The maker.
    Brand,
    /// The price.
    Price,
    /// The price for now, which counts where there is one.
    SalePrice,
    /// True if it can be bought now.
    Availability,
    /// Where its picture is.
    Image,
    /// Where its page is.
    Link,
    /// The variants of the product, each with its id.
    Variants,
}

impl Field {
    /// Every field, in the order in which columns are looked for.
    pub const ALL: [Field; 11] = [
        Field::Id,
        Field::Group,
        Field::Title,
        Field::Category,
        Field::Brand,
        Field::Price,
        Field::SalePrice,
        Field::Availability,
        Field::Image,
        Field::Link,
        Field::Variants,
    ];

    /// The name by which a column is assigned: `id`, `group`, `title`, `category`, `brand`, `price`, `sale_price`,
    /// `availability`, `image`, `link` or `variants`.
    pub const fn name(self) -> &'static str {
        match self {
            Field::Id => "id",
            Field::Group => "group",
            Field::Title => "title",
            Field::Category => "category",
            Field::Brand => "brand",
            Field::Price => "price",
            Field::SalePrice => "sale_price",
            Field::Availability => "availability",
            Field::Image => "image",
            Field::Link => "link",
            Field::Variants => "variants",
        }
    }

    /// Usual names, most telling first; see [`names::normalise`].
    pub(super) fn usual(self) -> Vec<&'static str> {
        match self {
            Field::Id => [&["id"], names::ITEM, &["handle", "productid", "variantsku", "mpn", "entityid"]].concat(),
            Field::Group => vec![
                "itemgroupid",
                "groupid",
                "parentid",
                "parentsku",
                "parentproductid",
                "parent",
                "variantof",
                // Shopify's rows of one product.
                "handle",
            ],
            Field::Title => {
                vec!["title", "producttitle", "itemtitle", "name", "productname", "itemname", "description", "bodyhtml"]
            }
            Field::Category => vec![
                "category",
                "productcategory",
                "categorypath",
                "categoryname",
                "categories",
                "productcategories",
                // In feeds for Google the shop's own path; Google's is coarser, and sometimes a number.
                "producttype",
                "googleproductcategory",
                "department",
                "maincategory",
                "productgroup",
                "categoryid",
                "section",
                "type",
            ],
            Field::Brand => vec!["brand", "brandname", "manufacturer", "vendor", "make"],
            Field::Price => {
                vec!["price", "regularprice", "unitprice", "variantprice", "listprice", "saleprice", "medianprice"]
            }
            Field::SalePrice => vec!["saleprice"],
            Field::Availability => {
                vec![
                    "availability",
                    "instock",
                    "stock",
                    "variantinventoryqty",
                    "inventoryquantity",
                    "available",
                    "quantity",
                ]
            }
            Field::Image => vec!["imagelink", "imageurl", "imagesrc", "image", "picture", "thumbnail"],
            Field::Link => vec!["link", "producturl", "url", "productlink", "permalink"],
            Field::Variants => vec!["configurablevariations"],
        }
    }
}

impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// There is no field of this name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "unknown catalogue field `{found}`; expected id, group, title, category, brand, price, sale_price, availability, \
     image, link or variants"
)]
pub struct UnknownField {
    /// The text that was given.
    pub found: String,
}

impl FromStr for Field {
    type Err = UnknownField;

    /// The field with this [`name`](Field::name); `item` is `id`.
    fn from_str(name: &str) -> Result<Field, UnknownField> {
        let name = name.trim().to_ascii_lowercase().replace('-', "_");
        let known = Field::ALL.into_iter().find(|field| field.name() == name);
        known.or((name == "item").then_some(Field::Id)).ok_or(UnknownField { found: name })
    }
}

/// The column that is used for a field.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct MatchedColumn {
    /// The field.
    pub field: Field,
    /// The column's name.
    pub column: String,
}

/// The reason why a row, or a value of it, was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The row cannot be split into values.
    Damaged,
    /// There is no id.
    MissingId,
    /// An earlier row has the same id; the first one counts.
    Duplicate,
    /// The row is about a product that an earlier row names, such as another variant or picture of it.
    ExtraRow,
    /// The price is no number; the item is kept without it.
    BadPrice,
    /// The availability says neither yes nor no; the item is kept without it.
    BadAvailability,
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Reason::Damaged => "damaged row",
            Reason::MissingId => "no id",
            Reason::Duplicate => "id that stands twice",
            Reason::ExtraRow => "further row of a product",
            Reason::BadPrice => "bad price (item kept)",
            Reason::BadAvailability => "bad availability (item kept)",
        })
    }
}

/// The rows of a feed that were left out for one reason.
pub type Rejection = crate::table::Rejection<Reason>;
