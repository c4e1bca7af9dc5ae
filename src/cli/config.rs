//! `majordomo config`

use super::out::{self, Look, Tone};
use super::{Exit, Source};
use crate::ai::Providers;
use crate::config::{ConfigError, Loaded, Origin, Place, Problem, from_environment, keys, keys_of, shipped};
use serde_json::json;

/// What can be done with the configuration.
#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Say whether file and environment are in order
    Check {
        /// For a script
        #[arg(long)]
        json: bool,
    },
    /// Show every setting that holds, and who said it; secrets are masked
    Show {
        /// For a script
        #[arg(long)]
        json: bool,
    },
    /// Print a config.toml to begin with: every setting, its default, and what it means
    Example,
}

pub(super) fn run(source: &Source, command: Command) -> Exit {
    let loaded = from_environment(source.0.as_deref()).and_then(with_providers);
    let loaded = match (loaded, &command) {
        (Ok(loaded), _) => loaded,
        (Err(_), Command::Example) => Loaded::default(), // a wrong file is no reason to refuse a right one
        (Err(error), Command::Check { json: true }) => {
            out::print_json(&json!({ "ok": false, "problems": error.problems }));
            return Exit::Config;
        }
        (Err(error), _) => {
            out::complain(error);
            return Exit::Config;
        }
    };
    match command {
        Command::Check { json: true } => out::print_json(&json!({ "ok": true, "problems": [] })),
        Command::Check { json: false } => out::print(check(&loaded)),
        Command::Show { json: true } => out::print_json(&as_json(&loaded)),
        Command::Show { json: false } => out::print(show(&loaded, Look::now())),
        Command::Example => out::print(shipped()),
    }
}

/// What only the kind of a provider knows of its settings.
fn with_providers(loaded: Loaded) -> Result<Loaded, ConfigError> {
    match Providers::new(&loaded.settings.ai) {
        Ok(_) => Ok(loaded),
        Err(unusable) => {
            let (text, nearest) = (unusable.to_string(), unusable.nearest().map(String::from));
            let problem = Problem { key: String::new(), place: Place::Default, text, nearest };
            Err(ConfigError { problems: vec![problem] })
        }
    }
}

fn check(loaded: &Loaded) -> String {
    let file = match &loaded.file {
        Some(file) => format!("{} and the environment are", file.display()),
        None => "There is no file; the environment is".into(),
    };
    let token = if loaded.settings.telegram.token.is_empty() {
        "telegram.token is not set yet: `majordomo run` needs it, `majordomo demo` does not.\n"
    } else {
        ""
    };
    let set = loaded.origins.len();
    format!("{file} in order: {set} of {} settings set, the others are defaults.\n{token}", keys().len())
}

fn as_json(loaded: &Loaded) -> serde_json::Value {
    json!({ "file": loaded.file, "settings": loaded.settings, "origins": loaded.origins })
}

/// Valid TOML again, with who said what as comments.
fn show(loaded: &Loaded, look: Look) -> String {
    let tree = toml::Table::try_from(&loaded.settings).unwrap_or_default();
    let (mut page, mut section) = (String::new(), String::new());
    for key in &keys_of(&loaded.settings) {
        let (head, name) = key.rsplit_once('.').unwrap_or(("", key));
        if section != head {
            let gap = if page.is_empty() { "" } else { "\n" };
            page += &format!("{gap}{}\n", look.paint(Tone::Strong, &format!("[{head}]")));
            section = head.into();
        }
        let value = value_of(&tree, key).map(ToString::to_string).unwrap_or_default();
        let origin = match loaded.origins.get(key) {
            None => String::new(),
            Some(Origin::File(line)) => format!("  # line {line} of the file"),
            Some(Origin::Environment(variable)) => format!("  # {variable}"),
        };
        page += &format!("{name} = {value}{}\n", look.paint(Tone::Dim, &origin));
    }
    page
}

fn value_of<'a>(tree: &'a toml::Table, key: &str) -> Option<&'a toml::Value> {
    let mut parts = key.split('.');
    let first = tree.get(parts.next()?);
    parts.fold(first, |value, part| value?.as_table()?.get(part))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::config::load;

    #[test]
    fn a_provider_of_no_kind_is_refused_with_the_nearest_one() {
        let env =
            [("MAJORDOMO_AI__PROVIDERS__HOME__KIND", "olama"), ("MAJORDOMO_AI__PROVIDERS__HOME__KEY", "sk-canary")];
        let loaded = load(None, env.map(|(name, value)| (name.into(), value.into()))).unwrap();
        let told = with_providers(loaded).unwrap_err().to_string();
        assert!(told.contains("ai.providers.home.kind: expected one of openai, "), "{told}");
        assert!(told.contains("did you mean `ollama`?") && !told.contains("canary"), "{told}");
        let env = [("MAJORDOMO_AI__PROVIDERS__OPENAI__KEY", "sk-canary")];
        let loaded = load(None, env.map(|(name, value)| (name.into(), value.into()))).unwrap();
        assert!(with_providers(loaded).is_ok());
    }

    #[test]
    fn what_is_shown_is_the_settings_again_with_who_said_what_and_no_secret() {
        let token = "123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
        let env = [("MAJORDOMO_TELEGRAM__TOKEN", token), ("MAJORDOMO_OWNER__IDS", "5,6")];
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("x.toml");
        std::fs::write(&file, "[log]\nlevel = 'warn'\n").unwrap();
        let loaded = load(Some(&file), env.map(|(name, value)| (name.into(), value.into()))).unwrap();
        let shown = show(&loaded, Look::default());
        for line in [
            "token = \"********\"  # MAJORDOMO_TELEGRAM__TOKEN",
            "ids = [5, 6]  # MAJORDOMO_OWNER__IDS",
            "level = \"warn\"  # line 2 of the file",
            "format = \"auto\"",
        ] {
            assert!(shown.lines().any(|it| it == line), "{line} is not in:\n{shown}");
        }
        let mut again: crate::config::Settings = toml::from_str(&shown).unwrap();
        again.telegram.token = token.into();
        assert_eq!(again, loaded.settings);
        let json = as_json(&loaded).to_string();
        assert!(json.contains("\"telegram.token\":{\"environment\":\"MAJORDOMO_TELEGRAM__TOKEN\"}"), "{json}");
        assert!(!shown.contains("AAAA") && !json.contains("AAAA"));
    }
}
