//! `majordomo run`

use super::{Exit, Source, out};
use crate::app;

/// Arguments of `run`.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Args {
    /// Take over a store that another bot has used
    #[arg(long)]
    adopt: bool,
}

pub(super) fn run(source: &Source, args: Args) -> Exit {
    let loaded = match source.load() {
        Ok(loaded) => loaded,
        Err(exit) => return exit,
    };
    if loaded.settings.telegram.token.is_empty() {
        out::complain(NO_TOKEN);
        return Exit::Config;
    }
    app::run(loaded, app::Options { adopt: args.adopt })
}

const NO_TOKEN: &str = "telegram.token is not set: ask @BotFather for one, then set MAJORDOMO_TELEGRAM__TOKEN, \
or token under [telegram] in config.toml. To see it work without one: majordomo demo";
