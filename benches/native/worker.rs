//! Times training on a log that is already in memory, as often as it is asked to.

use crate::cosine::cosine;
use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Instant;
use vicino::events::{Cleaning, ReadOptions, read};
use vicino::learn::{Settings, learn};
use vicino::{CsrMatrix, Silent};

/// Reads the log, then answers each line of standard input with one line of JSON.
///
/// `cosine` and `learn` give the seconds that one fit took; `check` gives the number of neighbours of the cosine matrix
/// and the sum of their similarities, which no order among ties can change.
pub fn work(events: &Path, neighbours: usize) -> anyhow::Result<()> {
    // The peers count every event, and so does this: no views in quick succession are left out.
    let options = ReadOptions { cleaning: Cleaning::damage_only(), ..ReadOptions::default() };
    let (log, _) = read(&[events.to_path_buf()], &options, &Silent)?;
    // What the peers count: every pair, however few sessions it has.
    let settings = Settings { neighbours, min_shoppers: 1, tune: false, ..Settings::default() };
    println!(
        r#"{{"events":{},"sessions":{},"items":{},"threads":{}}}"#,
        log.sessions.items.len(),
        log.sessions.len(),
        log.item_ids.len(),
        rayon::current_num_threads()
    );
    for request in std::io::stdin().lock().lines() {
        let start = Instant::now();
        match request?.trim() {
            "cosine" => {
                let matrix = cosine(&log, neighbours);
                println!(r#"{{"seconds":{},"neighbours":{}}}"#, start.elapsed().as_secs_f64(), matrix.num_entries());
            }
            "learn" => {
                let learnt = learn(&log, &settings, &Silent)?;
                let seconds = start.elapsed().as_secs_f64();
                println!(r#"{{"seconds":{seconds},"tables":{}}}"#, learnt.tables.len());
            }
            "check" => {
                let matrix = cosine(&log, neighbours);
                println!(r#"{{"neighbours":{},"sum":{}}}"#, matrix.num_entries(), sum(&matrix));
            }
            other => anyhow::bail!("unknown request `{other}`; expected cosine, learn or check"),
        }
        std::io::stdout().flush()?;
    }
    Ok(())
}

fn sum(matrix: &CsrMatrix) -> f64 {
    let rows = (0..matrix.num_rows()).map(|row| matrix.row(row).1);
    rows.flatten().map(|&weight| f64::from(weight)).sum()
}
