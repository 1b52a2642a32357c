//! The two views on test cases, and the lists of a system for all cases of one.

use super::metrics;
use super::recommender::Recommender;
use super::{Target, TestCases};
use crate::{ItemIx, Progress};
use rayon::prelude::*;
use std::sync::atomic::{AtomicU32, Ordering};

/// Targets that are looked for, and items that may be listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum View {
    /// Every target; lists may hold items of the history.
    AllTargets,
    /// Only targets that are new to the shopper; lists never hold an item of the history.
    Discovery,
}

impl View {
    /// Returns true if lists may hold items of the history.
    pub const fn allows_repeats(self) -> bool {
        matches!(self, View::AllTargets)
    }

    const fn has(self, target: &Target) -> bool {
        self.allows_repeats() || target.is_new
    }
}

/// The test cases of one view: those with a target in it.
#[derive(Debug)]
pub struct ViewCases<'a> {
    cases: &'a TestCases,
    view: View,
    chosen: Vec<usize>,
}

impl<'a> ViewCases<'a> {
    /// Chooses the cases of a view.
    pub fn new(cases: &'a TestCases, view: View) -> ViewCases<'a> {
        let is_in = |case: &usize| cases.targets(*case).iter().any(|target| view.has(target));
        ViewCases { cases, view, chosen: (0..cases.len()).filter(is_in).collect() }
    }

    /// Returns the numbers of the cases, ascending.
    pub fn chosen(&self) -> &[usize] {
        &self.chosen
    }

    /// Returns the targets of a case that are in the view; `None` for an unknown item.
    pub fn targets(&self, case: usize) -> impl Iterator<Item = Option<ItemIx>> + use<'a> {
        let view = self.view;
        self.cases.targets(case).iter().filter(move |target| view.has(target)).map(|target| target.item)
    }

    /// Returns the number of targets in the view.
    pub fn num_targets(&self) -> usize {
        self.chosen.iter().map(|&case| self.targets(case).count()).sum()
    }

    /// Returns the number of targets in the view that are unknown.
    pub fn num_unknown_targets(&self) -> usize {
        self.chosen.iter().map(|&case| self.targets(case).filter(Option::is_none).count()).sum()
    }

    /// Returns the number of cases without a known history event.
    pub fn num_without_history(&self) -> usize {
        self.chosen.iter().filter(|&&case| self.cases.history(case).is_empty()).count()
    }

    /// Lists items for every case, as many as the largest cut-off, and passes each list to `of_list(case, list)`.
    ///
    /// One unit of `progress` is a case of all, in the view or not. The results do not depend on the number of threads.
    pub fn list<T: Send>(
        &self,
        system: &dyn Recommender,
        cut_offs: &[usize],
        progress: &dyn Progress,
        of_list: impl Fn(usize, &[ItemIx]) -> T + Sync,
    ) -> (Vec<T>, Exposure) {
        let k = cut_offs.iter().copied().max().unwrap_or(0);
        let counts: Vec<Vec<AtomicU32>> =
            cut_offs.iter().map(|_| (0..system.num_items()).map(|_| AtomicU32::new(0)).collect()).collect();
        // Few and large tasks: each makes working memory of its own.
        let task = self.chosen.len().div_ceil(4 * rayon::current_num_threads()).max(64);
        let results = self
            .chosen
            .par_chunks(task)
            .flat_map_iter(|chunk| {
                let mut maker = system.list_maker();
                let mut list = Vec::with_capacity(k);
                let mut measure = |&case: &usize| {
                    maker.list(self.cases.history(case), k, self.view.allows_repeats(), &mut list);
                    for (of_k, &k) in counts.iter().zip(cut_offs) {
                        for item in list.iter().take(k) {
                            of_k[item.as_usize()].fetch_add(1, Ordering::Relaxed);
                        }
                    }
                    of_list(case, &list)
                };
                let results: Vec<T> = chunk.iter().map(&mut measure).collect();
                progress.advance(chunk.len() as u64);
                results
            })
            .collect();
        let counts = counts.into_iter().map(|of_k| of_k.into_iter().map(AtomicU32::into_inner).collect()).collect();
        (results, Exposure { counts })
    }

    /// Returns the ranks, from 1, of a case's targets that a list holds, ascending.
    pub fn ranks(&self, case: usize, list: &[ItemIx]) -> Vec<usize> {
        let targets: Vec<ItemIx> = self.targets(case).flatten().collect();
        metrics::ranks(list, &targets)
    }
}

/// Numbers of lists that hold each item.
#[derive(Clone, Debug, PartialEq)]
pub struct Exposure {
    /// By cut-off, then by item.
    counts: Vec<Vec<u32>>,
}

impl Exposure {
    /// Returns the share of the items that are listed at least once within the cut-off at position `at`.
    pub fn coverage(&self, at: usize) -> f64 {
        metrics::coverage(self.counts[at].iter().map(|&count| count > 0))
    }

    /// Returns the Gini index of the lists within the cut-off at position `at`.
    pub fn gini(&self, at: usize) -> f64 {
        metrics::gini(&self.counts[at])
    }
}
