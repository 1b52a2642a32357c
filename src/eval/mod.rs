//! Offline evaluation: protocols, metrics and the two views, all targets and discovery.
