//! Tests of what the doctor makes of what it finds.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use super::*;
use crate::config::{Settings, Telegram, Webhook};
use crate::domain::types::Moment;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

fn on(folder: &Path) -> Loaded {
    let mut loaded = Loaded::default();
    loaded.settings.store.path = folder.into();
    loaded
}

fn chmod(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_clock_is_judged_by_how_far_it_is_off() {
    let cases = [
        (0, Verdict::Pass),
        (5_999, Verdict::Pass),
        (6_000, Verdict::Warn),
        (60_999, Verdict::Warn),
        (61_000, Verdict::Fail),
    ];
    let here = Moment(1_000_000);
    for (off, verdict) in cases {
        assert_eq!(telegram::skew(here, here.plus_ms(off)).verdict, verdict, "{off} ms ahead");
        assert_eq!(telegram::skew(here.plus_ms(off), here).verdict, verdict, "{off} ms behind");
    }
    assert!(telegram::skew(here, here.plus_ms(90_000)).cause.contains("90 s ahead of"));
}

#[test]
fn a_webhook_is_compared_with_how_we_receive() {
    let polling = Telegram::default();
    let webhook = Telegram {
        webhook: Webhook { url: "https://bot.example.org/a".into(), ..Webhook::default() },
        ..Telegram::default()
    };
    let at = |url: &str, error: Option<&str>| telegram::WebhookInfo {
        url: url.into(),
        pending_update_count: 3,
        last_error_date: error.map(|_| 100),
        last_error_message: error.map(String::from),
    };
    let cases = [
        (&polling, at("", None), Verdict::Pass, "3 updates wait"),
        (&polling, at("https://else.example.org/secret", None), Verdict::Warn, "else.example.org"),
        (&webhook, at("", None), Verdict::Warn, "none is set yet"),
        (
            &webhook,
            at("https://else.example.org/secret", None),
            Verdict::Warn,
            "a foreign one is set at else.example.org",
        ),
        (&webhook, at("https://bot.example.org/a", None), Verdict::Pass, "set to us"),
        (
            &webhook,
            at("https://bot.example.org/a", Some("Connection refused")),
            Verdict::Warn,
            "20s ago: Connection refused",
        ),
    ];
    for (settings, info, verdict, words) in cases {
        let finding = telegram::webhook_of(settings, &info, Moment(120_000));
        assert_eq!(finding.verdict, verdict, "{finding:?}");
        assert!(finding.cause.contains(words), "{finding:?}");
        assert!(!finding.cause.contains("secret"), "the path of a foreign address may be a secret: {finding:?}");
    }
}

#[test]
fn a_folder_that_others_can_look_into_fails_with_the_command_that_mends_it() {
    let folder = tempfile::tempdir().unwrap();
    chmod(folder.path(), 0o755);
    let finding = &disk::modes(&on(folder.path()))[0];
    assert_eq!(finding.verdict, Verdict::Fail);
    assert_eq!(finding.remedy, Some(format!("chmod 700 {}", folder.path().display())));
    chmod(folder.path(), 0o700);
    assert_eq!(disk::modes(&on(folder.path()))[0].verdict, Verdict::Pass);
    let secret = folder.path().join("webhook.secret");
    std::fs::write(&secret, "x").unwrap();
    chmod(&secret, 0o644);
    assert_eq!(disk::modes(&on(folder.path()))[0].verdict, Verdict::Warn);
    assert_eq!(disk::modes(&on(&folder.path().join("none")))[0].verdict, Verdict::Pass);
    assert_eq!(disk::modes(&on(&secret))[0].verdict, Verdict::Fail, "a file is no folder");
}

#[test]
fn a_readable_file_with_the_token_is_warned_about() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("x.toml");
    std::fs::write(&file, "telegram.token = '123456:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'").unwrap();
    for (mode, findings) in [(0o644, 2), (0o600, 1)] {
        chmod(&file, mode);
        let loaded = crate::config::load(Some(&file), []).unwrap();
        assert_eq!(disk::modes(&loaded).len(), findings, "{mode:o}");
    }
}

#[test]
fn too_little_room_is_told_by_the_reserve() {
    let folder = tempfile::tempdir().unwrap();
    let mut store = on(folder.path()).settings.store;
    let verdicts = |store: &crate::config::Store| disk::examine(store).iter().map(|it| it.verdict).collect::<Vec<_>>();
    assert_ne!(verdicts(&store)[0], Verdict::Fail);
    store.reserve_bytes = u64::MAX / 4;
    assert_eq!(verdicts(&store)[0], Verdict::Fail);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "the probe leaves nothing behind");
}

#[test]
fn a_store_is_judged_by_its_folder_when_no_house_runs() {
    let folder = tempfile::tempdir().unwrap();
    let loaded = on(folder.path());
    let judge = || house::store(&loaded, &house::ask(&loaded));
    assert!(judge().cause.contains("holds no data yet"));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let open = || crate::store::Handle::open(&loaded.settings.store).unwrap();
    let store = runtime.block_on(async { open() });
    runtime.block_on(store.claim_bot(7, false)).unwrap();
    let finding = judge();
    assert_eq!(finding.verdict, Verdict::Fail);
    assert!(finding.cause.contains("which does not answer"), "{finding:?}");
    runtime.block_on(store.close());
    let finding = judge();
    assert_eq!(finding.verdict, Verdict::Pass);
    assert!(finding.cause.contains("rows are what was written"), "{finding:?}");
    std::fs::write(folder.path().join("sled/db"), "no engine has written this").unwrap();
    let finding = judge();
    assert_eq!(finding.verdict, Verdict::Fail);
    assert!(finding.cause.contains("is damaged") && finding.cause.contains("nothing was touched"), "{finding:?}");
    assert_eq!(std::fs::read(folder.path().join("sled/db")).unwrap(), b"no engine has written this");
}

#[test]
fn backups_are_judged_by_the_age_of_the_newest() {
    use crate::store::backup::{Why, free_name};
    let folder = tempfile::tempdir().unwrap();
    let mut loaded = on(folder.path());
    assert_eq!(house::backup(&loaded).verdict, Verdict::Pass, "none yet");
    loaded.settings.backup.enabled = false;
    assert_eq!(house::backup(&loaded).verdict, Verdict::Warn, "none ever");
    loaded.settings.backup.enabled = true;
    let backups = folder.path().join("backups");
    std::fs::create_dir(&backups).unwrap();
    let ago = |hours: u64| Moment(crate::clock::now().0 - hours * 3_600_000);
    for (hours, verdict) in [(60, Verdict::Warn), (3, Verdict::Pass)] {
        std::fs::write(free_name(&backups, ago(hours), Why::Daily), "x").unwrap();
        assert_eq!(house::backup(&loaded).verdict, verdict, "{hours} hours");
    }
}

#[test]
fn a_port_in_use_fails_unless_it_is_ours() {
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let mut settings = Settings::default();
    settings.web.listen = taken.local_addr().unwrap().to_string();
    let finding = &listen::examine(&settings, false)[0];
    assert_eq!(finding.verdict, Verdict::Fail);
    assert!(finding.remedy.as_ref().unwrap().contains("ss -ltnp"), "{finding:?}");
    assert_eq!(listen::examine(&settings, true)[0].verdict, Verdict::Pass);
    settings.web.listen = "127.0.0.1:0".into();
    assert_eq!(listen::examine(&settings, false)[0].verdict, Verdict::Pass);
    settings.telegram.webhook.url = "https://bot.example.org".into();
    settings.telegram.webhook.listen = "192.0.2.1:1".into();
    assert_eq!(listen::examine(&settings, false)[1].verdict, Verdict::Fail, "not an address of this machine");
}

#[test]
fn few_open_files_are_warned_about() {
    assert_eq!(machine::of_limit(Some(256)).verdict, Verdict::Warn);
    assert_eq!(machine::of_limit(Some(1024)).verdict, Verdict::Pass);
    assert_eq!(machine::of_limit(None).verdict, Verdict::Pass);
}

#[test]
fn the_report_is_aligned_and_every_remedy_stands_under_its_cause() {
    let findings =
        [Finding::pass("config", "all is well"), Finding::fail("sync latency", "two\nlines \u{1b}[2J", "mend it")];
    let expected = "\
PASS  config        all is well
FAIL  sync latency  two
                    lines \\u{1b}[2J
                    -> mend it
2 checks: 0 to look at, 1 failed
";
    assert_eq!(report(&findings, Look::default()), expected);
}
