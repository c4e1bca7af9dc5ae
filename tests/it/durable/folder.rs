//! The store's folder in bad hands: taken away while in use, somebody else's, read-only, with strange things in it.

use super::SmallDisk;
use crate::harness::{By, LIMIT, Setting, Story};
use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Nobody's number, on every Linux.
const NOBODY: u32 = 65_534;

/// Runs the house to its end: exit code, and all that it said.
async fn refused(story: &Story, command: Command) -> (Option<i32>, String) {
    let mut command = command;
    let running = tokio::task::spawn_blocking(move || command.output());
    let output = tokio::time::timeout(LIMIT, running).await.expect("it ends by itself").unwrap().unwrap();
    let words = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!words.contains("panicked"), "{words}\n{}", story.log.text());
    (output.status.code(), words)
}

#[tokio::test]
async fn a_folder_that_is_deleted_or_moved_while_in_use_ends_the_process_in_words() {
    for deleted in [true, false] {
        let mut story = Story::begin(Setting::by(By::Polling)).await;
        story.stopped(story.eve, "hello").await;
        story.calm().await;
        let (store, aside) = (story.store(), story.store().with_file_name("aside"));
        if deleted {
            fs::remove_dir_all(&store).unwrap();
        } else {
            fs::rename(&store, &aside).unwrap();
        }
        let (status, _) = story.ended().await;
        assert_eq!(status.code(), Some(74), "{}", story.log.text());
        let told = story.log.wait_for("app.last_words").await;
        let reason = told["reason"].as_str().unwrap();
        assert!(reason.contains("moved, deleted or replaced") || reason.contains("deleted while"), "{reason}");
        if !deleted {
            let _made_again = fs::remove_dir_all(&store);
            fs::rename(&aside, &store).unwrap();
            story.start().await;
            assert!(story.telegram.muted(story.group).contains(&story.eve));
            let another = story.stranger("Another", story.group);
            story.stopped(another, "all is there again").await;
        }
    }
}

#[tokio::test]
async fn a_store_that_is_replaced_by_a_copy_while_in_use_is_not_written_to() {
    let mut story = Story::begin(Setting::by(By::Polling)).await;
    story.calm().await;
    let (store, copy) = (story.store(), story.store().with_file_name("copy"));
    let copied = Command::new("cp").arg("-a").args([&store, &copy]).status().unwrap();
    assert!(copied.success());
    fs::remove_dir_all(store.join("sled")).unwrap();
    fs::rename(copy.join("sled"), store.join("sled")).unwrap();
    let (status, _) = story.ended().await;
    assert_eq!(status.code(), Some(74), "{}", story.log.text());
    story.start().await;
    story.stopped(story.eve, "the copy serves").await;
}

#[tokio::test]
async fn somebody_elses_folder_is_refused_with_what_to_do() {
    let story = Story::prepare(Setting::by(By::Polling)).await;
    let home = story.store().parent().unwrap().to_owned();
    let program = home.join("majordomo");
    fs::copy(env!("CARGO_BIN_EXE_majordomo"), &program).unwrap();
    fs::set_permissions(&home, Permissions::from_mode(0o755)).unwrap();
    fs::create_dir(story.store()).unwrap();
    if chown(&program, Some(NOBODY), None).is_err() {
        return eprintln!("skipped: only root can be somebody else");
    }
    let as_nobody = |mode: u32| {
        fs::set_permissions(story.store(), Permissions::from_mode(mode)).unwrap();
        let ours = story.command(&["run"]);
        let mut command = Command::new(&program);
        command.arg("run").env_clear().current_dir(&home).uid(NOBODY).gid(NOBODY);
        command.envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?))));
        command
    };
    for mode in [0o700, 0o755, 0o777] {
        let (code, words) = refused(&story, as_nobody(mode)).await;
        assert_eq!(code, Some(74), "{mode:o}: {words}");
        assert!(words.contains(story.store().to_str().unwrap()), "{mode:o} says which: {words}");
        assert!(words.contains("chown") && words.contains("uid 0"), "{mode:o} says what to do: {words}");
    }
}

#[tokio::test]
async fn a_read_only_disk_is_refused_in_words() {
    let Some(disk) = SmallDisk::mount(48) else { return };
    let mut story = Story::prepare(Setting::by(By::Polling)).await;
    story.set("MAJORDOMO_STORE__PATH", disk.path().join("store").to_str().unwrap());
    for used in [false, true] {
        let remount = |how: &str| {
            let mut mount = Command::new("mount");
            assert!(mount.args(["-o", &format!("remount,{how}")]).arg(disk.path()).status().unwrap().success());
        };
        if used {
            story.start().await;
            let (status, _) = story.sigterm().await;
            assert_eq!(status.code(), Some(0), "{}", story.log.text());
        }
        remount("ro");
        let (code, words) = refused(&story, story.command(&["run"])).await;
        assert_eq!(code, Some(74), "{words}");
        assert!(words.contains("Read-only file system") && words.contains("store"), "{words}");
        remount("rw");
    }
}

/// Puts something strange where one of our files should be.
fn put_there(path: &Path, what: &str) {
    let _ = fs::remove_dir_all(path);
    let _ = fs::remove_file(path);
    match what {
        "a folder" => fs::create_dir(path).unwrap(),
        "nothing at the end of a link" => std::os::unix::fs::symlink("/nowhere/at/all", path).unwrap(),
        "a file" => fs::write(path, b"something else").unwrap(),
        _ => drop(std::os::unix::net::UnixListener::bind(path).unwrap()),
    }
}

#[tokio::test]
async fn strange_things_in_the_folder_are_survived_or_named() {
    let names = [
        "lock",
        "mark",
        "inhand",
        "callback.key",
        "webhook.secret",
        "control.sock",
        "sled",
        "sled/db",
        "sled/conf",
        "sled/blobs",
        "sled/journal",
        "last-words.txt",
        "probe",
    ];
    let (mut up, mut refusals) = (0, 0);
    for name in names {
        for thing in ["a folder", "a file", "nothing at the end of a link", "the socket of a dead process"] {
            let what = format!("{name} is {thing}");
            let mut story = Story::begin(Setting::by(By::Polling)).await;
            let (status, _) = story.sigterm().await;
            assert_eq!(status.code(), Some(0), "{what}: {}", story.log.text());
            put_there(&story.store().join(name), thing);
            let mark = story.log.mark();
            story.start_and_go();
            let lines = story.log.clone();
            let ready = async { lines.wait_from(mark, |it| it["event"] == "app.ready", LIMIT).await };
            let code = tokio::select! {
                (status, _) = story.ended() => Some(status.code()),
                ready = ready => { assert!(ready.is_some(), "{what}: {}", story.log.text_from(mark)); None }
            };
            if let Some(code) = code {
                story.log.wait_text(mark, "majordomo: ", Duration::from_secs(5)).await;
                let words = story.log.text_from(mark);
                refusals += 1;
                assert_eq!(code, Some(74), "{what}: {words}");
                assert!(words.contains(story.store().to_str().unwrap()), "{what} is named: {words}");
                assert!(!words.contains("panicked"), "{what}: {words}");
            } else {
                up += 1;
                story.stopped(story.eve, "hello").await;
                let (status, _) = story.sigterm().await;
                assert_eq!(status.code(), Some(0), "{what}: {}", story.log.text_from(mark));
                let crashes = story.log.text_from(mark).matches("sup.child.crashed").count();
                assert!(crashes <= 10, "{what}: no storm:\n{}", story.log.text_from(mark));
            }
        }
    }
    assert!(up > 5 && refusals > 5, "{up} up, {refusals} refused");
}

#[tokio::test]
async fn a_damaged_store_is_refused_with_a_way_out_and_salvage_is_one() {
    let mut story = Story::begin(Setting::by(By::Polling)).await;
    story.stopped(story.eve, "hello").await;
    story.calm().await;
    story.kill9();
    let journal = story.store().join("sled/journal");
    let mut bytes = fs::read(&journal).unwrap();
    bytes[300] ^= 0x10; // within the first of many groups
    fs::write(&journal, bytes).unwrap();
    let (code, words) = refused(&story, story.command(&["run"])).await;
    assert_eq!(code, Some(74), "{words}");
    assert!(words.contains("majordomo backup restore") && words.contains("majordomo store salvage"), "{words}");
    let moved = fs::read_dir(story.store()).unwrap().map(|it| it.unwrap().path());
    let moved = moved.into_iter().find(|it| it.file_name().unwrap().to_string_lossy().starts_with("damaged-")).unwrap();
    let (code, words) = refused(&story, story.command(&["run"])).await;
    assert_eq!(code, Some(74), "no silent beginning: {words}");
    let (code, out, error) = story.run(&["store", "salvage", moved.to_str().unwrap()]).await;
    assert_eq!(code, Some(0), "{out}{error}");
    assert!(out.contains("Taken over") && out.contains("some is missing"), "{out}");
    let (code, _, error) = story.run(&["store", "salvage", moved.to_str().unwrap()]).await;
    assert_eq!(code, Some(74), "it fills only what is empty: {error}");
    story.start().await;
    assert!(story.pending().await.iter().all(|it| format!("{:?}", it.state) == "Unknown"), "nothing is performed");
    let group = story.group;
    story.telegram.say(story.ann, group, "/protect @news").unwrap();
    let another = story.stranger("Another", group);
    story.stopped(another, "the house goes on").await;
}
