//! Summaries of an event log for people and plots to read.
