//! Tests of what the command line understands.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use clap::CommandFactory;

#[test]
fn the_definition_is_sound() {
    super::Args::command().debug_assert();
}

#[test]
fn every_command_is_understood() {
    let lines = [
        "",
        "run",
        "run --adopt",
        "demo",
        "demo --fast",
        "doctor",
        "doctor --json",
        "config check",
        "config show",
        "config show --json",
        "tree",
        "tree --watch",
        "tree --json",
        "inbox list",
        "inbox list --json",
        "inbox show 7",
        "inbox show 7 --json",
        "inbox release 7",
        "inbox drop 7",
        "pending list",
        "pending list --json",
        "pending resend 7-1",
        "pending drop 7-1",
        "pending release held-0011223344",
        "pending drop all",
        "backup create",
        "backup create x.backup --json",
        "backup verify x.backup",
        "backup restore x.backup --salvage",
        "backup list --json",
        "store stats",
        "store verify --json",
        "store export -",
        "store export x.jsonl --from x.backup",
        "store import x.jsonl",
        "explain",
        "explain sup.gave_up",
        "completions bash",
        "--config x.toml",
        "--config x.toml tree",
        "tree --config x.toml",
        "inbox list --config x.toml",
    ];
    for line in lines {
        let words = std::iter::once("majordomo").chain(line.split_whitespace());
        let args = super::Args::try_parse_from(words).unwrap_or_else(|error| panic!("{line}: {error}"));
        assert_eq!(args.config.is_some(), line.contains("--config"), "{line}");
    }
}

#[test]
fn what_is_not_understood_is_refused() {
    for line in [
        "rnu",
        "inbox",
        "inbox show",
        "inbox show seven",
        "inbox show -1",
        "pending resend",
        "config",
        "tree 7",
        "--adopt",
        "completions dos",
    ] {
        let words = std::iter::once("majordomo").chain(line.split_whitespace());
        assert!(super::Args::try_parse_from(words).is_err(), "{line}");
    }
}

#[test]
fn every_command_and_argument_has_a_help_text() {
    fn check(command: &clap::Command, path: &str) {
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{path} {}", argument.get_id());
        }
        for inner in command.get_subcommands() {
            let path = format!("{path} {}", inner.get_name());
            assert!(inner.get_about().is_some(), "{path}");
            check(inner, &path);
        }
    }
    let command = super::Args::command();
    assert!(command.get_subcommands().count() >= 9);
    check(&command, "majordomo");
}

#[test]
fn exit_codes_are_the_promised_ones() {
    let codes = [Exit::Ok, Exit::Failed, Exit::Usage, Exit::GaveUp, Exit::Store, Exit::Config].map(Exit::code);
    assert_eq!(codes, [0, 1, 2, 70, 74, 78]);
}
