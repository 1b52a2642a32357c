//! Errors of evaluation.

/// Reason why nothing could be measured.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EvalError {
    /// There are no test cases.
    #[error("no target to measure on: found 0 cases, expected at least 1; give a test file with longer histories")]
    NoCases,
    /// There is no cut-off, or one is 0.
    #[error("cut-offs are {found:?}, expected at least one and none of them 0")]
    CutOffs {
        /// The cut-offs that were given.
        found: Vec<usize>,
    },
}

impl EvalError {
    /// Refuses to measure without test cases or with cut-offs that are missing or 0.
    pub(super) fn check(num_cases: usize, cut_offs: &[usize]) -> Result<(), EvalError> {
        if cut_offs.is_empty() || cut_offs.contains(&0) {
            return Err(EvalError::CutOffs { found: cut_offs.to_vec() });
        }
        if num_cases == 0 {
            return Err(EvalError::NoCases);
        }
        Ok(())
    }
}
