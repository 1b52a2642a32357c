//! The limits of an input: memory and processor time.

use cap::Cap;
use cpu_time::ProcessTime;
use std::alloc::System;
use std::time::Duration;

/// Bytes that all of the program may hold, the fuzzer's own share included.
const MEMORY_BYTES: usize = 256 << 20;

#[global_allocator]
static MEMORY: Cap<System> = Cap::new(System, MEMORY_BYTES);

/// Time for any input, however short.
const LEAST: Duration = Duration::from_secs(10);
/// Time for each MB more. 5 s are what the command may take for 1 MB; this program checks sums and counts branches, and
/// takes many times as long.
const EACH_MB: Duration = Duration::from_secs(20);

/// Runs a target; panics if it takes more processor time than an input of this length may.
pub fn within(bytes: &[u8], target: fn(&[u8])) {
    let limit = LEAST + EACH_MB.mul_f64(bytes.len() as f64 / 1e6);
    let start = ProcessTime::now();
    target(bytes);
    let taken = start.elapsed();
    assert!(taken <= limit, "{taken:?} of processor time for {} bytes; the limit is {limit:?}", bytes.len());
}
