//! `majordomo demo`

use super::Exit;
use crate::playground::demo::{self, DemoOptions};
use crate::playground::page::{self, PageOptions};

/// Arguments of `demo`.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Play a short story in the terminal instead, which ends by itself
    #[arg(long)]
    terminal: bool,
    /// The same without the pauses in which people read
    #[arg(long)]
    fast: bool,
    /// The port of the page on this machine; 0 takes a free one
    #[arg(long, default_value_t = 0, value_name = "PORT", conflicts_with_all = ["terminal", "fast"])]
    port: u16,
}

pub(super) fn run(args: Args) -> Exit {
    if args.terminal || args.fast {
        return demo::run(DemoOptions { fast: args.fast });
    }
    page::run(PageOptions { port: args.port })
}
