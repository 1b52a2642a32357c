//! Counts of items and item pairs: the interchange between events and learning.
