//! The store's commands on a running and on a stopped house; refusals say the way out.

use crate::harness::{By, Setting, Story};
use std::fs;

#[tokio::test]
async fn the_same_is_said_with_and_without_a_house() {
    let mut story = Story::begin(Setting::by(By::Polling)).await;
    story.stopped(story.eve, "hello").await;
    story.calm().await;
    let running = story.heard(&["store", "verify", "--json"]).await;
    assert_eq!(running["whole"], true, "{running}");
    assert_eq!(running["kinds"]["cells"]["rows"].as_u64().map(|it| it > 0), Some(true), "{running}");
    let (code, table, error) = story.run(&["store", "stats"]).await;
    assert_eq!((code, table.starts_with("KIND")), (Some(0), true), "{table}{error}");
    let (status, _) = story.sigterm().await;
    assert_eq!(status.code(), Some(0));
    let stopped = story.heard(&["store", "verify", "--json"]).await;
    assert_eq!(stopped["kinds"]["cells"], running["kinds"]["cells"]);
    assert_eq!(story.inbox().await, []);
    assert!(story.pending().await.iter().all(|it| it.method == "sendMessage"), "a notice may wait for its place");
    let (_, _, error) = story.run(&["inbox", "list"]).await;
    assert!(error.contains("no house runs on this store: its folder was opened directly"), "{error}");
    let (_, report, _) = story.run(&["doctor"]).await;
    assert!(report.contains("rows are what was written"), "{report}");

    let (file, text) = (story.beside("x.backup"), story.beside("x.jsonl"));
    story.back_up(&file).await;
    let (code, _, error) = story.run(&["store", "export", text.to_str().unwrap()]).await;
    assert_eq!(code, Some(0), "{error}");
    assert!(!story.store().join("backups").read_dir().is_ok_and(|mut it| it.next().is_some()), "it leaves no backup");
    fs::remove_dir_all(story.store()).unwrap();
    let (code, _, error) = story.run(&["store", "import", text.to_str().unwrap()]).await;
    assert_eq!(code, Some(0), "{error}");
    story.start().await;
    let eve = story.eve;
    assert!(story.telegram.muted(story.group).contains(&eve));
    let _inside = story.telegram.join(eve, story.channel);
    story.until("what was known is known", || !story.telegram.muted(story.group).contains(&eve)).await;
}

#[tokio::test]
async fn what_cannot_be_done_is_refused_with_its_code_and_the_way_out() {
    let mut story = Story::begin(Setting::by(By::Polling)).await;
    let file = story.beside("x.backup");
    let name = file.to_str().unwrap().to_owned();
    story.back_up(&file).await;
    let mut spoiled = fs::read(&file).unwrap();
    let middle = spoiled.len() / 2;
    spoiled[middle] ^= 1;
    let damaged = story.beside("damaged.backup");
    fs::write(&damaged, spoiled).unwrap();
    let damaged = damaged.to_str().unwrap().to_owned();
    let cases: &[(&[&str], i32, &str)] = &[
        (&["backup", "create", &name], 74, "is there already"),
        (&["backup", "restore", &name], 74, "in use by process"),
        (&["backup", "verify", "none.backup"], 74, "cannot read none.backup"),
        (&["backup", "verify", &damaged], 74, ""),
        (&["store", "export", &name, "--from", &name], 74, "cannot make"),
        (&["backup"], 2, "Usage"),
    ];
    for (arguments, code, words) in cases {
        let (ended, out, error) = story.run(arguments).await;
        assert_eq!(ended, Some(*code), "{arguments:?}: {out}{error}");
        assert!(error.contains(words), "{arguments:?}: {error}");
    }
    let (_, report, _) = story.run(&["backup", "verify", &damaged]).await;
    assert!(report.starts_with("FAIL") && report.contains("at byte "), "{report}");
    story.kill9();
    let (code, _, error) = story.run(&["backup", "restore", &name]).await;
    assert_eq!(code, Some(74), "{error}");
    assert!(error.contains("is not empty") && error.contains(".old"), "{error}");
    fs::remove_dir_all(story.store()).unwrap();
    let (code, _, error) = story.run(&["backup", "restore", &damaged]).await;
    assert_eq!(code, Some(74), "{error}");
    assert!(error.contains("nothing was restored") && error.contains("--salvage"), "{error}");
    let (code, _, error) = story.run(&["inbox", "list"]).await;
    assert_eq!(code, Some(1), "{error}");
    assert!(error.contains("start it with `majordomo run`"), "{error}");
}
