//! `majordomo run`

use super::{Exit, Source, out};
use crate::app;
use crate::config::from_environment;

/// Arguments of `run`.
#[derive(Debug, Default, clap::Args)]
pub(super) struct Args {
    /// Take over a store that another bot has used
    #[arg(long)]
    adopt: bool,
}

pub(super) fn run(source: &Source, args: Args) -> Exit {
    let loaded = match from_environment(source.0.as_deref()) {
        Ok(loaded) => loaded,
        Err(error) => {
            app::reject(error.problems.iter().map(|it| (it.key.as_str(), it.line())));
            out::complain(error);
            return Exit::Config;
        }
    };
    if loaded.settings.telegram.token.is_empty() {
        app::reject([("telegram.token", NO_TOKEN.to_owned())]);
        out::complain(NO_TOKEN);
        return Exit::Config;
    }
    app::run(loaded, app::Options { adopt: args.adopt })
}

const NO_TOKEN: &str = "telegram.token is not set: ask @BotFather for one, then set MAJORDOMO_TELEGRAM__TOKEN, \
or token under [telegram] in config.toml. To see it work without one: majordomo demo";
