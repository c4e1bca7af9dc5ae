//! Few files and little memory: the house starts or refuses in words, never spins, and recovers.

use super::UNLIMITED;
use crate::harness::{By, LIMIT, Setting, Story};
use std::process::{Command, Stdio};
use std::time::Duration;
use tokio::net::TcpStream;

/// The command under a limit of the shell's `ulimit`.
fn limited(story: &Story, limit: &str) -> Command {
    let ours = story.command(&["run"]);
    let mut command = Command::new("sh");
    command.args(["-c", &format!("ulimit {limit} && exec \"$0\" run"), ours.get_program().to_str().unwrap()]);
    command.env_clear().envs(ours.get_envs().filter_map(|(name, value)| Some((name, value?))));
    command.env("PATH", "/usr/bin:/bin").current_dir(ours.get_current_dir().unwrap());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

fn setting(by: By) -> Setting {
    UNLIMITED.iter().fold(Setting::by(by), |it, (name, value)| it.with(name, value))
}

/// User and system time of a process so far, in ms.
fn cpu_ms(pid: u32) -> u64 {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap();
    let after = stat.rsplit(')').next().unwrap();
    let ticks: u64 = after.split_whitespace().skip(11).take(2).filter_map(|it| it.parse::<u64>().ok()).sum();
    ticks * 10
}

#[tokio::test]
async fn with_few_files_it_serves_and_idle_callers_take_none_from_the_store() {
    for files in [64, 128, 256] {
        let mut story = Story::prepare(setting(By::Webhook)).await;
        let command = limited(&story, &format!("-n {files}"));
        story.start_command(command);
        let ready = story.log.wait_from(0, |it| it["event"] == "app.ready", LIMIT).await;
        assert!(ready.is_some(), "{files} files: {}", story.log.text());
        story.protect().await;
        let mut callers = Vec::new();
        let pages = story.log.wait_for("web.started").await["listen"].as_str().unwrap().to_owned();
        for _ in 0..150 {
            callers.extend(TcpStream::connect(story.listens()).await.ok());
            callers.extend(TcpStream::connect(&pages).await.ok());
        }
        tokio::time::sleep(Duration::from_millis(500)).await;
        let before = cpu_ms(story.pid());
        tokio::time::sleep(Duration::from_secs(2)).await;
        let spent = cpu_ms(story.pid()) - before;
        assert!(spent < 700, "{files} files: it spins, {spent} ms of 2 s");
        let others: Vec<_> = (0..30).map(|n| story.stranger(&format!("Stranger {n}"), story.group)).collect();
        let said: Vec<_> =
            others.iter().map(|it| (*it, story.telegram.say(*it, story.group, "hello").unwrap())).collect();
        drop(callers);
        let stopped = || {
            let (deleted, muted) = (story.deleted(story.group), story.telegram.muted(story.group));
            said.iter().all(|(who, message)| deleted.contains(&message.0) && muted.contains(who))
        };
        story.until(&format!("{files} files: everybody is stopped"), stopped).await;
        assert!(story.log.events("sup.child.crashed").is_empty(), "{files} files: {}", story.log.text());
        assert!(story.log.events("app.last_words").is_empty(), "{files} files: {}", story.log.text());
        let stalled = story.log.events("intake.stalled").len();
        assert!(stalled < 20, "{files} files: told, not shouted: {stalled}");
        let (status, _) = story.sigterm().await;
        assert_eq!(status.code(), Some(0), "{files} files: {}", story.log.text());
    }
}

#[tokio::test]
async fn with_too_few_files_it_refuses_in_words() {
    for files in [16, 32, 63] {
        let story = Story::prepare(setting(By::Polling)).await;
        let mut command = limited(&story, &format!("-n {files}"));
        let running = tokio::task::spawn_blocking(move || command.output());
        let output = tokio::time::timeout(LIMIT, running).await.unwrap().unwrap().unwrap();
        let words = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(matches!(output.status.code(), Some(1 | 78)), "{files}: {:?} {words}", output.status);
        assert!(words.contains("open files") && words.contains("64"), "{files}: {words}");
    }
}

#[tokio::test]
async fn files_that_run_out_while_it_runs_come_back() {
    let story = Story::begin(setting(By::Webhook)).await;
    let pid = story.pid().to_string();
    let limit = |files: &str| {
        let set = Command::new("prlimit").args(["--pid", &pid, &format!("--nofile={files}")]).status();
        set.is_ok_and(|it| it.success())
    };
    story.stopped(story.eve, "hello").await;
    story.calm().await;
    if !limit("5:1024") {
        return eprintln!("skipped: there is no prlimit here");
    }
    let said: Vec<_> = (0..10)
        .map(|n| {
            let who = story.stranger(&format!("Stranger {n}"), story.group);
            (who, story.telegram.say(who, story.group, "hello").unwrap())
        })
        .collect();
    tokio::time::sleep(Duration::from_secs(2)).await;
    let before = cpu_ms(story.pid());
    tokio::time::sleep(Duration::from_secs(2)).await;
    let spent = cpu_ms(story.pid()) - before;
    assert!(spent < 1_000, "it spins: {spent} ms of 2 s\n{}", story.log.text());
    assert!(limit("1024:1024"));
    let stopped = || {
        let (deleted, muted) = (story.deleted(story.group), story.telegram.muted(story.group));
        said.iter().all(|(who, message)| deleted.contains(&message.0) && muted.contains(who))
    };
    story.until("everybody is stopped when there are files again", stopped).await;
    assert!(story.log.events("app.last_words").is_empty(), "{}", story.log.text());
}

#[tokio::test]
async fn with_little_memory_it_starts_or_refuses_in_words() {
    let (mut up, mut refused) = (0, 0);
    // Below this not even the program itself fits, and the system ends it before it can say anything.
    for mib in [64, 128, 256, 512, 1024, 2048, 4096] {
        let mut story = Story::prepare(setting(By::Polling)).await;
        let command = limited(&story, &format!("-v {}", mib * 1024));
        story.start_command(command);
        let lines = story.log.clone();
        let ready = async { lines.wait_from(0, |it| it["event"] == "app.ready", LIMIT).await };
        let ended = tokio::select! {
            (status, _) = story.ended() => Some(status),
            ready = ready => { assert!(ready.is_some(), "{mib} MiB: {}", story.log.text()); None }
        };
        if let Some(status) = ended {
            tokio::time::sleep(Duration::from_millis(200)).await;
            let words = story.log.text();
            refused += 1;
            let said = words.to_ascii_lowercase();
            let reason = said.contains("memory") || said.contains("thread");
            assert!(!status.success() && reason, "{mib} MiB: {status:?} {words}");
        } else {
            up += 1;
            story.protect().await;
            story.stopped(story.eve, "hello").await;
        }
    }
    eprintln!("{up} sizes served, {refused} refused");
    assert!(up > 0);
}
