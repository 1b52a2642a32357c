//! The newest part of a log, which is held out of training.

/// Share of sessions, the newest, that is held out.
pub(super) const SESSIONS: f64 = 0.05;

/// Returns the first held-out session if the newest `share` is held out: at least one session if there are two.
pub(super) fn start(num_sessions: usize, share: f64) -> usize {
    let held_out = ((num_sessions as f64 * share).ceil() as usize).min(num_sessions.saturating_sub(1));
    num_sessions - held_out
}

#[cfg(test)]
mod tests {
    use super::start;

    #[test]
    fn at_least_one_session_is_held_out_of_two() {
        assert_eq!([0, 1, 2, 20, 21].map(|num_sessions| start(num_sessions, 0.05)), [0, 1, 1, 19, 19]);
    }
}
