//! `majordomo demo`

use super::Exit;
use crate::playground::demo::{self, DemoOptions};

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Without the pauses in which people read
    #[arg(long)]
    fast: bool,
}

pub(super) fn run(args: Args) -> Exit {
    demo::run(DemoOptions { fast: args.fast })
}
