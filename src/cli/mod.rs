//! The command line: one thin file per subcommand.

use crate::config::{Loaded, from_environment};
use clap::{Parser, Subcommand};
use std::path::PathBuf;

mod backup;
mod client;
mod completions;
mod config;
mod demo;
mod doctor;
mod explain;
mod inbox;
mod jobs;
mod membership;
mod out;
mod pending;
mod run;
mod salvage;
mod store;
mod table;
mod tree;
mod usage;

pub use crate::app::Exit;

/// Everything that can be said on the command line.
#[derive(Debug, Parser)]
#[command(
    name = "majordomo",
    version,
    about = "Keeps house for a Telegram bot: one binary, nothing lost, every failure named.",
    after_help = "Without a command it runs. A first look, without token and network: majordomo demo\n\
                  Exit codes: 0 done, 1 failed, 2 usage, 70 the supervisor gave up, 74 the store, 78 the configuration.",
    max_term_width = 100
)]
struct Args {
    /// The configuration file [default: config.toml in the working directory, if there is one]
    #[arg(long, global = true, value_name = "PATH")]
    config: Option<PathBuf>,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the house until it is told to stop (what happens without a command)
    Run(run::Args),
    /// Try it in the browser, with a simulated Telegram: no token, no network
    Demo(demo::Args),
    /// Check settings, files, token, clock, disk and ports, and say how to mend what is wrong
    Doctor(doctor::Args),
    /// Check or show the settings that hold
    #[command(subcommand)]
    Config(config::Command),
    /// Show the supervision tree of the running house
    Tree(tree::Args),
    /// Look into the quarantine: updates that crashed their chat too often
    #[command(subcommand)]
    Inbox(inbox::Command),
    /// Look at effects that are not done, or of which nobody knows whether they were
    #[command(subcommand)]
    Pending(pending::Command),
    /// What asking models has cost, by user, chat or model
    Usage(usage::Args),
    /// Make, check and restore backups of the store
    #[command(subcommand)]
    Backup(backup::Command),
    /// Count, check, export or import the store
    #[command(subcommand)]
    Store(store::Command),
    /// Guard many groups at once, from a list
    #[command(subcommand)]
    Membership(membership::Command),
    /// Say what an event of the log means, its usual causes and the remedy
    Explain(explain::Args),
    /// Print the completions for a shell
    Completions(completions::Args),
}

/// Reads the arguments of this process and does what they say.
#[must_use]
pub fn main() -> Exit {
    match Args::try_parse() {
        Ok(args) => obey(args),
        Err(error) => {
            let _ = error.print(); // nobody reads: nothing to do about it
            if error.use_stderr() { Exit::Usage } else { Exit::Ok }
        }
    }
}

fn obey(args: Args) -> Exit {
    let file = Source(args.config);
    match args.command.unwrap_or_else(|| Command::Run(run::Args::default())) {
        Command::Run(args) => run::run(&file, args),
        Command::Demo(args) => demo::run(args),
        Command::Doctor(args) => doctor::run(&file, args),
        Command::Config(command) => config::run(&file, command),
        Command::Tree(args) => tree::run(&file, args),
        Command::Inbox(command) => inbox::run(&file, command),
        Command::Pending(command) => pending::run(&file, command),
        Command::Usage(args) => usage::run(&file, &args),
        Command::Backup(command) => backup::run(&file, command),
        Command::Store(command) => store::run(&file, command),
        Command::Membership(command) => membership::run(&file, &command),
        Command::Explain(args) => explain::run(&args),
        Command::Completions(args) => completions::run(args),
    }
}

/// Where the settings are to be read.
struct Source(Option<PathBuf>);

impl Source {
    /// The settings; what is wrong with them is printed.
    fn load(&self) -> Result<Loaded, Exit> {
        from_environment(self.0.as_deref()).map_err(|error| {
            out::complain(error);
            Exit::Config
        })
    }
}

#[cfg(test)]
mod tests;
