//! Product feeds: what a shop says about its items.
