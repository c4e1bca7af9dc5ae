//! The whole program through its webhook, against the simulated Telegram: what an update costs, how long
//! its calls take, and that nothing is left undone.
//!
//! ```text
//! cargo bench --bench end_to_end                    the figures
//! cargo bench --bench end_to_end -- --quick         a look whether it still works
//! cargo bench --bench end_to_end -- --only idle     scenes whose name contains this
//! cargo bench --bench end_to_end -- --house PATH    another binary
//! cargo bench --bench end_to_end -- --only soak --minutes 60    how long its day takes
//! ```
#![allow(missing_docs, clippy::unwrap_used, clippy::panic, clippy::print_stdout, reason = "a benchmark")]
#![allow(clippy::disallowed_methods, reason = "a benchmark stands outside of the program")]
#![allow(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "figures for people"
)]

mod arrivals;
mod backup;
mod hole;
mod house;
mod leaving;
mod load;
mod raid;
mod row;
mod scale;
mod scenes;
mod soak;
mod town;

use row::Row;
use scenes::Size;
use std::time::Duration;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let has = |it: &str| arguments.iter().any(|argument| argument == it);
    // Without --bench it is a test of the bench itself, as criterion has it.
    let quick = has("--quick") || has("--test") || !has("--bench");
    let mut size = if quick { Size::QUICK } else { Size::FULL };
    let given = |name: &str| arguments.iter().skip_while(|it| *it != name).nth(1);
    let only = given("--only").cloned().unwrap_or_default();
    if let Some(minutes) = given("--minutes") {
        size.soak = Duration::from_secs_f64(minutes.parse::<f64>().unwrap() * 60.0);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    println!("{:<58} {:>12}   to reach", "", "measured");
    for (name, scene) in scenes::ALL {
        if name.contains(&*only) {
            runtime.block_on(scene(size)).iter().for_each(show);
        }
    }
}

fn show(row: &Row) {
    let mark = match row.kept() {
        Some(true) => "",
        Some(false) => "  MISSED",
        None => "",
    };
    println!("{:<58} {:>12}   {}{mark}", row.what, row.shown(), row.wanted());
}
