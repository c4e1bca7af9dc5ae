//! `majordomo completions`

use super::{Exit, out};
use clap::CommandFactory;
use clap_complete::Shell;

/// Arguments of `completions`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// For which shell: `majordomo completions bash > /etc/bash_completion.d/majordomo`
    shell: Shell,
}

pub(super) fn run(args: Args) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut super::Args::command(), "majordomo", &mut script);
    out::print(String::from_utf8_lossy(&script))
}
