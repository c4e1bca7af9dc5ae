//! Tests of the loader: tables of wrong configurations with the words that answer them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use serde::Deserialize;
use std::path::Path;

const TOKEN: &str = "123456789:AAF-abcdefghijklmnopqrstuvwxyz01234";

fn from_text(text: &str, env: &[(&str, &str)]) -> Result<Loaded, ConfigError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("my.toml");
    std::fs::write(&path, text).unwrap();
    load(Some(&path), env.iter().map(|(name, value)| ((*name).into(), (*value).into())))
}

fn refusal(text: &str, env: &[(&str, &str)]) -> String {
    from_text(text, env).expect_err(text).to_string()
}

fn from_env(name: &str, value: &str) -> Result<Loaded, ConfigError> {
    from_text("", &[(name, value)])
}

fn sorted_keys() -> Vec<&'static String> {
    let mut sorted: Vec<&String> = keys().iter().collect();
    sorted.sort();
    sorted
}

#[test]
fn without_a_file_and_variables_the_defaults_hold() {
    let loaded = from_text("", &[("PATH", "/bin"), ("MAJORDOM", "x")]).unwrap();
    assert_eq!(loaded.settings, Settings::default());
    assert!(loaded.origins.is_empty());
}

#[test]
fn the_defaults_themselves_are_in_order() {
    assert_eq!(Settings::default().validate(), []);
}

#[test]
fn the_shipped_file_says_every_key_with_its_default_and_its_meaning() {
    let text = include_str!("../../config.toml");
    assert_eq!(text, shipped(), "after a setting was changed: cargo run -- config example > config.toml");
    assert_eq!(toml::from_str::<Settings>(text).unwrap(), Settings::default());
    let loaded = from_text(text, &[]).unwrap();
    let said: Vec<&String> = loaded.origins.keys().collect();
    assert_eq!(said, sorted_keys(), "keys that the file lacks or has too many");
}

#[test]
fn every_meaning_is_a_sentence_that_fits_a_terminal() {
    let meanings = meanings();
    assert_eq!(meanings.len(), keys().len() + schema::forms().len());
    for it in meanings {
        assert!(it.lines.iter().all(|line| line.starts_with(' ') && line.len() < 180), "{it:?}");
        assert!(it.lines.last().is_some_and(|line| line.ends_with('.')), "{it:?}");
    }
}

#[test]
fn a_wrong_file_is_refused_with_place_expectation_and_the_nearest_key() {
    let cases: &[(&str, &[&str])] = &[
        (
            "[telegram]\ntokn = \"x\"",
            &[
                "my.toml:2:1: telegram.tokn: there is no such key; did you mean `telegram.token`?",
                " 2 | tokn = …\n   | ^^^^",
            ],
        ),
        ("[telegram]\nlisten = \"x\"", &["did you mean `telegram.webhook.listen`?"]),
        ("[telgram]\ntoken = \"x\"", &["my.toml:1:2: telgram: there is no such key; did you mean `telegram`?"]),
        (
            "[telegram]\nmode = \"poling\"",
            &[
                "my.toml:2:8: telegram.mode: expected one of auto, polling, webhook, found \"poling\"; did you mean `polling`?",
                "   |        ^^^^^^^^",
            ],
        ),
        ("[telegram]\n  local = \"yes\"", &["my.toml:2:11: telegram.local: expected true or false, found \"yes\""]),
        (
            "telegram.polling.limit = 101",
            &["my.toml:1:26: telegram.polling.limit: expected a whole number from 1 to 100, found 101"],
        ),
        ("telegram.polling.limit = -1", &["expected a whole number, not negative and not too large, found -1"]),
        ("telegram.polling.limit = 1.5", &["expected a whole number, not negative and not too large, found 1.5"]),
        ("telegram.polling.wait_s = 51", &["expected a whole number from 0 to 50"]),
        ("limits.breaker.retry_cap_ms = 1", &["my.toml:1:31", "at least limits.breaker.retry_base_ms"]),
        ("runtime.backoff_cap_ms = 1", &["my.toml:1:26", "at least runtime.backoff_base_ms"]),
        ("telegram.polling.stall_s = 5", &["my.toml:1:28", "more seconds than telegram.polling.wait_s"]),
        (
            "telegram.api_url = \"ftp://x\"",
            &["expected an address that begins with http:// or https://, found \"ftp://x\""],
        ),
        ("telegram.api_url = \"api.telegram.org\"", &["an address that begins with http:// or https://"]),
        ("telegram.webhook.url = \"http://bot.example.org\"", &["https and port 443, 80, 88 or 8443"]),
        (
            "telegram.mode = \"webhook\"",
            &[
                "telegram.webhook.url: expected the public address that Telegram calls, because telegram.mode is webhook",
            ],
        ),
        ("telegram.webhook.listen = \"8443\"", &["telegram.webhook.listen: expected an address and port"]),
        ("telegram.webhook.listen = \"127.0.0.1:99999\"", &["expected an address and port"]),
        ("web.listen = \"localhost\"", &["expected an address and port"]),
        (
            "[telegram.webhook]\nurl = \"https://a.b\"\nlisten = \"0.0.0.0:8080\"",
            &["my.toml:3:10", "another port than web.listen (127.0.0.1:8080)"],
        ),
        ("web.hosts = [\"http://x\"]", &["my.toml:1:13: web.hosts: expected host names"]),
        (
            "owner.ids = [1, \"two\"]",
            &["my.toml:1:13: owner.ids: expected a list, each a whole number, found [1, \"two\"]"],
        ),
        ("owner.ids = 7", &["expected a list in brackets, like [1, 2], found 7"]),
        ("owner.ids = [1087968824]", &["1087968824, 136817688, 777000 are accounts in whose names anybody may write"]),
        ("owner.ids = [-100]", &["ids of people, which are positive"]),
        ("runtime.drain_ms = 10000", &["runtime.drain_ms: expected a whole number from 1 to 9999, found 10000"]),
        ("limits.membership_cache.jitter_percent = 101", &["from 0 to 100"]),
        ("limits.membership_cache.recent_s = 61", &["from 1 to 60"]),
        ("limits.telegram.overall_per_s = -0.5", &["a number from 0 to 1000000 (0 = no limit), found -0.5"]),
        ("limits.telegram.overall_per_s = nan", &["(0 = no limit)"]),
        ("limits.telegram.algorithm = \"bucket\"", &["one of token_bucket, sliding_window, fixed_window"]),
        ("store = 5", &["my.toml:1:9: store: expected a section, [store], found an integer"]),
        ("[store.path]\nx = 1", &["store.path: expected a value, found a section"]),
        ("store.path = \"\"", &["store.path: expected a folder"]),
        ("[log\nlevel = 1", &["my.toml:1:", "this is not TOML: ", "| [log\n"]),
        ("log.level = 'info'\nlog.level = 'warn'", &["my.toml:2:", "duplicate key"]),
        (
            "# Привет\nlog.format = \"иначе\"",
            &["my.toml:2:14: log.format: expected one of auto, pretty, json", "   |              ^^^^^^^\n"],
        ),
    ];
    for (text, snippets) in cases {
        let told = refusal(text, &[]);
        for snippet in *snippets {
            assert!(told.contains(snippet), "of:\n{text}\nwas told:\n{told}\nbut not:\n{snippet}");
        }
    }
}

#[test]
fn everything_wrong_is_told_at_once_in_the_order_of_the_file() {
    let text = "[log]\nlevl = 1\nformat = \"x\"\n[runtime]\ndrain_ms = 20000\n";
    let error = from_text(text, &[("MAJORDOMO_STORE__QUEUE", "many"), ("MAJORDOMO_WEB_LISTEN", "x")]).unwrap_err();
    let found: Vec<_> = error.problems.iter().map(|it| (it.key.as_str(), it.nearest.as_deref())).collect();
    let expected = [
        ("log.levl", Some("log.level")),
        ("log.format", None),
        ("", Some("MAJORDOMO_WEB__LISTEN")),
        ("store.queue", None),
        ("runtime.drain_ms", None),
    ];
    assert_eq!(found, expected);
    assert!(error.to_string().ends_with("5 problems in the configuration. Correct this, then: majordomo config check"));
}

#[test]
fn a_wrong_variable_is_refused_by_its_name() {
    let cases: &[(&str, &str, &str)] = &[
        (
            "MAJORDOMO_TELEGRAM_TOKEN",
            "x",
            "environment variable MAJORDOMO_TELEGRAM_TOKEN: there is no such setting (the name is MAJORDOMO_ and the key in capitals, with `__` for each dot); did you mean `MAJORDOMO_TELEGRAM__TOKEN`?",
        ),
        (
            "MAJORDOMO_TELEGRAM__MODE",
            "Webhok",
            "environment variable MAJORDOMO_TELEGRAM__MODE: telegram.mode: expected one of auto, polling, webhook, found \"Webhok\"; did you mean `webhook`?",
        ),
        ("MAJORDOMO_STORE__QUEUE", "", "MAJORDOMO_STORE__QUEUE: store.queue: expected a whole number"),
        ("MAJORDOMO_STORE__QUEUE", "0", "MAJORDOMO_STORE__QUEUE: store.queue: expected a whole number from 1 to"),
        ("MAJORDOMO_FEATURES__MEMBERSHIP__ENABLED", "yes", "expected true or false, found \"yes\""),
        ("MAJORDOMO_OWNER__IDS", "1,two", "owner.ids: expected a list, each a whole number, found [1, \"two\"]"),
        (
            "MAJORDOMO_OWNER__IDS",
            "777000",
            "environment variable MAJORDOMO_OWNER__IDS: owner.ids: expected ids of people",
        ),
        ("MAJORDOMO_STORE__PATH", "a\u{fffd}b", "MAJORDOMO_STORE__PATH: expected UTF-8 text"),
    ];
    for (name, value, snippet) in cases {
        let told = from_env(name, value).expect_err(name).to_string();
        assert!(told.contains(snippet), "{name}={value} was told:\n{told}\nbut not:\n{snippet}");
    }
}

/// Texts of every shape that some key takes: no list of keys, so that a new one needs nothing here.
const TEXTS: [&str; 11] = [
    "offline/offline",
    "other",
    TOKEN,
    "http://127.0.0.1:8081",
    "https://a.example/hook",
    "[::1]:9999",
    "5, 6",
    "@news",
    "1.5",
    "1.25 10.00",
    "openai/* 1.25 10.00",
];

/// Values that a key may take, other than its default, as its variable would say them.
fn others(key: &str, default: &toml::Value) -> Vec<String> {
    let nonsense = schema::try_value(key, &toml::Value::String("\u{1}".into())).map_err(|it| it.choices);
    match default {
        toml::Value::Integer(it) => vec![(it - 1).to_string(), (it + 1).to_string()],
        toml::Value::Float(it) => vec![(it + 0.5).to_string()],
        toml::Value::Boolean(it) => vec![(!it).to_string()],
        it => match nonsense {
            Err(choices) if !choices.is_empty() => {
                choices.into_iter().filter(|word| it.as_str() != Some(word)).collect()
            }
            _ => TEXTS.map(String::from).into(),
        },
    }
}

#[test]
fn every_key_is_set_by_its_variable_alone_and_over_the_file() {
    let shipped = include_str!("../../config.toml");
    assert!(keys().len() > 60, "the keys are listed");
    for key in keys() {
        let (name, others) = (env_name(key), others(key, schema::default_of(key).unwrap()));
        for text in ["", shipped] {
            let mut tried = others.iter().map(|value| from_text(text, &[(&name, value)]));
            let loaded = tried.find_map(Result::ok).unwrap_or_else(|| panic!("{name} takes none of {others:?}"));
            assert_ne!(loaded.settings, Settings::default(), "{name} changed nothing");
            assert_eq!(loaded.origins[key], Origin::Environment(name.clone()));
        }
    }
}

#[test]
fn every_number_has_a_limit() {
    let mut numbers = 0;
    for key in keys() {
        let beyond = match schema::default_of(key).unwrap() {
            toml::Value::Integer(_) => [i64::MAX, i64::from(u32::MAX)].map(toml::Value::Integer),
            toml::Value::Float(_) => [f64::INFINITY, -1.0].map(toml::Value::Float),
            _ => continue,
        };
        numbers += 1;
        let beyond = beyond.into_iter().find(|it| schema::try_value(key, it).is_ok()).expect(key);
        let mut tree = toml::Table::new();
        schema::insert(&mut tree, key, beyond);
        let wrong = Settings::deserialize(toml::Value::Table(tree)).unwrap().validate();
        assert!(wrong.iter().any(|it| it.key == *key), "{key} may be as large as it likes: {wrong:?}");
    }
    assert!(numbers > 50, "{numbers}");
}

#[test]
fn the_secrets_are_known_by_their_masks() {
    let secret: Vec<_> = keys().iter().chain(schema::forms()).filter(|it| schema::is_secret(it)).collect();
    assert_eq!(secret, ["telegram.token", "telegram.webhook.secret", "ai.providers.*.key"]);
    assert!(schema::is_secret("ai.providers.openai.key") && !schema::is_secret("ai.providers.openai.model"));
}

#[test]
fn a_section_with_a_name_of_ones_own_is_set_by_file_and_variables_alike() {
    let text = "[ai.providers.openai]\nmodel = \"gpt-x\"\n[ai.routes]\nchat = [\"my_box/llama/3\", \"openai/a\"]";
    let env = [
        ("MAJORDOMO_AI__PROVIDERS__OPENAI__KEY", "sk-canary"),
        ("MAJORDOMO_AI__PROVIDERS__MY_BOX__KIND", "ollama"),
        ("MAJORDOMO_AI__PROVIDERS__MY_BOX__BASE_URL", "http://10.0.0.2:11434"),
    ];
    let loaded = from_text(text, &env).unwrap();
    let ai = &loaded.settings.ai;
    assert_eq!(ai.providers.keys().collect::<Vec<_>>(), ["my_box", "openai"]);
    assert_eq!((&*ai.providers["openai"].key, ai.providers["openai"].model.as_str()), ("sk-canary", "gpt-x"));
    assert_eq!(ai.providers["openai"].kind("openai"), "openai");
    assert_eq!(ai.providers["my_box"].kind("my_box"), "ollama");
    assert_eq!(loaded.origins["ai.providers.openai.model"], Origin::File(2));
    assert_eq!(loaded.origins["ai.providers.openai.key"], Origin::Environment(env[0].0.into()));
    assert!(!format!("{loaded:?} {}", serde_json::to_string(&loaded.settings).unwrap()).contains("canary"));
    assert!(keys_of(&loaded.settings).contains(&"ai.providers.my_box.base_url".to_owned()));
}

#[test]
fn what_is_wrong_in_a_section_with_a_name_is_told_under_it() {
    let cases: &[(&str, &[&str])] = &[
        (
            "[ai.providers.openai]\nkee = 1",
            &["my.toml:2:1: ai.providers.openai.kee: there is no such key; did you mean `ai.providers.openai.key`?"],
        ),
        (
            "ai.providers.openai.base_url = \"nowhere\"",
            &["ai.providers.openai.base_url: expected an address that begins with"],
        ),
        ("ai.providers.openai.key = 5", &["my.toml:1:27: ai.providers.openai.key: expected a text in quotes"]),
        (
            "ai.providers.openai = 5",
            &["ai.providers.openai: expected a section, [ai.providers.openai], found an integer"],
        ),
        ("ai.providers.My-Box.model = \"x\"", &["ai.providers.My-Box: expected a name of a-z, 0-9"]),
        ("ai.providers.\"*\".model = \"x\"", &["ai.providers.*: expected a name of a-z, 0-9"]),
        (
            "ai.routes.chat = [\"openai/a\"]",
            &["my.toml:1:18: ai.routes.chat: expected providers that exist (offline), not openai"],
        ),
        ("ai.routes.chat = [\"openai\"]", &["ai.routes.chat: expected a list, each a provider and its model"]),
        ("ai.limits.total_ms = 5", &["ai.limits.first_byte_ms: expected at most ai.limits.total_ms"]),
    ];
    for (text, snippets) in cases {
        let told = refusal(text, &[]);
        for snippet in *snippets {
            assert!(told.contains(snippet), "of:\n{text}\nwas told:\n{told}\nbut not:\n{snippet}");
        }
    }
    for name in
        ["MAJORDOMO_AI__PROVIDERS__KEY", "MAJORDOMO_AI__PROVIDERS__A__B__KEY", "MAJORDOMO_AI__PROVIDERS___A__KEY"]
    {
        let told = from_env(name, "x").expect_err(name).to_string();
        assert!(told.contains("there is no such setting"), "{told}");
    }
    assert!(
        is_variable("MAJORDOMO_AI__PROVIDERS__OPENAI__KEY") && !is_variable("MAJORDOMO_AI__PROVIDERS__OPENAI__KEE")
    );
}

#[test]
fn lists_in_the_environment_are_separated_by_commas() {
    assert_eq!(from_env("MAJORDOMO_OWNER__IDS", " 5,6 ,").unwrap().settings.owner.ids, [5, 6]);
    assert_eq!(from_env("MAJORDOMO_OWNER__IDS", "").unwrap().settings.owner.ids, [0_i64; 0]);
    assert_eq!(from_env("MAJORDOMO_WEB__HOSTS", "a.example, 10").unwrap().settings.web.hosts, ["a.example", "10"]);
}

#[test]
fn the_environment_wins_over_the_file_and_origins_say_so() {
    let loaded = from_text("[log]\nlevel = \"warn\"\nformat = \"json\"", &[("MAJORDOMO_LOG__LEVEL", "error")]).unwrap();
    assert_eq!(loaded.settings.log, Log { format: LogFormat::Json, level: LogLevel::Error });
    assert_eq!(loaded.origins["log.format"], Origin::File(3));
    assert_eq!(loaded.origins["log.level"], Origin::Environment("MAJORDOMO_LOG__LEVEL".into()));
}

#[test]
fn a_named_file_must_exist() {
    let told = load(Some(Path::new("/nowhere/x.toml")), []).unwrap_err().to_string();
    assert!(told.starts_with("/nowhere/x.toml: cannot be read: "), "{told}");
}

#[test]
fn a_secret_is_in_no_error() {
    let cases = [
        format!("[telegram]\ntoken = \"{TOKEN}\nmode = 5"),
        format!("[telegram]\ntoken = \"{TOKEN}!\""),
        format!("[telegram]\ntoken = [\"{TOKEN}\"]"),
        format!("[telegram]\ntokne = \"{TOKEN}\""),
        format!("token = \"{TOKEN}\""),
        format!("telegram = \"{TOKEN}\""),
        format!("telegram = {{ token = \"{TOKEN}\", mode = 5 }}"),
        format!("telegram = {{ token = \"{TOKEN}\", mode = 5"),
        format!("x {TOKEN}"),
        format!("[store]\npath = 5 # {TOKEN}"),
        format!("[telegram.webhook]\nsecret = \"{TOKEN}\""),
        format!("[telegram]\napi_url = \"https://u:{TOKEN}@h\""),
        format!("[telegram]\ntoken = \"\"\"\n{TOKEN}\n\"\"\""),
        format!("[telegram]\ntoken = \"\"\"\n{TOKEN}"),
    ];
    for text in cases {
        let told = refusal(&text, &[]);
        assert!(!told.contains("abcdefghij"), "of:\n{text}\nwas told:\n{told}");
    }
    for name in ["MAJORDOMO_TELEGRAM_TOKEN", "MAJORDOMO_TELEGRAM__WEBHOOK__SECRET", "MAJORDOMO_TELEGRAM__TOKEN"] {
        let told = from_env(name, &format!("{TOKEN}:!")).unwrap_err();
        assert!(!format!("{told} {told:?}").contains("abcdefghij"), "{name}: {told}");
    }
}

#[test]
fn a_loaded_secret_reads_as_text_and_prints_as_a_mask() {
    let loaded =
        from_text("", &[("MAJORDOMO_TELEGRAM__TOKEN", TOKEN), ("MAJORDOMO_TELEGRAM__WEBHOOK__SECRET", "s3cret")])
            .unwrap();
    assert_eq!(&*loaded.settings.telegram.token, TOKEN);
    let shown = format!("{loaded:?} {}", serde_json::to_string(&loaded.settings).unwrap());
    assert!(!shown.contains("abcdefghij") && !shown.contains("s3cret"), "{shown}");
    assert!(shown.contains("********"));
}

proptest::proptest! {
    #[test]
    fn no_text_makes_the_loader_stumble(at in 0_usize..9000, junk in "\\PC{0,6}|[\"'\\[\\]={}\\.,#\\r\\n\\t 0-9a-z\u{feff}\u{7}]{0,12}") {
        let mut text = include_str!("../../config.toml").replace("token = \"\"", &format!("token = \"{TOKEN}\""));
        let at = text.floor_char_boundary(at);
        text.insert_str(at, &junk);
        if let Err(error) = from_text(&text, &[]) {
            let told = error.to_string();
            proptest::prop_assert!(!error.problems.is_empty());
            proptest::prop_assert!(!told.contains(&TOKEN[..24]) && !told.contains(&TOKEN[20..]), "{}", told);
            proptest::prop_assert!(!told.chars().any(|it| it.is_control() && it != '\n' && it != '\t'), "{:?}", told);
        }
    }
}
