//! Progress reporting for long-running steps.

/// Receives the progress of long steps, one step at a time; the command draws bars with it.
pub trait Progress: Sync {
    /// A step named `what` begins; it has `total` units of work (0 if unknown).
    fn start(&self, what: &str, total: u64);
    /// `units` more of the step are done; may be called from any thread.
    fn advance(&self, units: u64);
    /// `rows` more rows of a file are read; reported beside [`advance`](Progress::advance), whose units are then bytes.
    fn rows(&self, rows: u64) {
        let _ = rows;
    }
    /// The step has found something, in words, such as `best 0.2134`.
    fn found(&self, what: &str) {
        let _ = what;
    }
    /// The step is over; `summary` is its result in words.
    fn finish(&self, summary: &str);
}

/// Ignores all progress.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn start(&self, _what: &str, _total: u64) {}
    fn advance(&self, _units: u64) {}
    fn finish(&self, _summary: &str) {}
}
