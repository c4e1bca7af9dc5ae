//! The command line through the real binary: what it prints, and with which code it ends.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

use majordomo::actors::control::Server;
use majordomo::domain::fact::ChatRef;
use majordomo::domain::offices::lists::{Lack, Outcome};
use majordomo::domain::purse::usage::{By, Line};
use majordomo::protocol::control::{
    Answer, Handler, InboxRow, PendingRow, PendingState, Request, Response, Status, TreeNode, socket_path,
};
use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use tempfile::TempDir;

const TOKEN: &str = "123456789:AAF-abcdefghijklmnopqrstuvwxyz01234";

/// How a command ended.
#[derive(Debug)]
struct Ended {
    code: Option<i32>,
    out: String,
    err: String,
}

/// The binary in a folder of its own, with nothing of ours in its environment.
fn command(folder: &Path, args: &[&str], env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_majordomo"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("MAJORDOMO_") {
            command.env_remove(name);
        }
    }
    command.current_dir(folder).args(args).stdin(Stdio::null()).env_remove("XDG_RUNTIME_DIR").envs(env.iter().copied());
    command
}

fn majordomo(folder: &Path, args: &[&str], env: &[(&str, &str)]) -> Ended {
    let output = command(folder, args, env).output().unwrap();
    Ended {
        code: output.status.code(),
        out: String::from_utf8(output.stdout).unwrap(),
        err: String::from_utf8(output.stderr).unwrap(),
    }
}

fn folder_with(config: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("config.toml"), config).unwrap();
    folder
}

/// Folder, arguments, environment; exit code, words.
type Case<'a> = (&'a Path, &'a [&'a str], &'a [(&'a str, &'a str)], i32, &'a str);

#[test]
fn each_way_to_end_has_its_code_and_its_words() {
    let empty = tempfile::tempdir().unwrap();
    let wrong = folder_with("[telegram]\ntokn = \"x\"\n");
    let listed = tempfile::tempdir().unwrap();
    std::fs::write(listed.path().join("list.csv"), "@readers,@news\n").unwrap();
    std::fs::write(listed.path().join("empty.csv"), "group,channel\n# later\n").unwrap();
    let cases: &[Case<'_>] = &[
        (empty.path(), &["--help"], &[], 0, "Usage: majordomo"),
        (empty.path(), &["--version"], &[], 0, concat!("majordomo ", env!("CARGO_PKG_VERSION"))),
        (empty.path(), &["config", "check"], &[], 0, "0 of "),
        (wrong.path(), &["config", "example"], &[], 0, "# A notice that nobody answered is taken away"),
        (empty.path(), &["explain"], &[], 0, "sup.gave_up"),
        (empty.path(), &["explain", "sup.gave_up"], &[], 0, "sup.gave_up"),
        (empty.path(), &["explain", "sup.gave_pu"], &[], 2, "did you mean `sup.gave_up`?"),
        (empty.path(), &["completions", "bash"], &[], 0, "_majordomo"),
        (empty.path(), &["trea"], &[], 2, "tree"),
        (empty.path(), &["inbox", "show", "x"], &[], 2, "invalid value 'x'"),
        (empty.path(), &[], &[], 78, "telegram.token is not set: ask @BotFather"),
        (empty.path(), &["run"], &[], 78, "telegram.token is not set"),
        (empty.path(), &["run", "--config", "none.toml"], &[], 78, "none.toml: cannot be read: No such file"),
        (
            empty.path(),
            &["config", "check"],
            &[("MAJORDOMO_TELEGRAM__MOD", "x")],
            78,
            "did you mean `MAJORDOMO_TELEGRAM__MODE`?",
        ),
        (
            wrong.path(),
            &["run"],
            &[],
            78,
            "config.toml:2:1: telegram.tokn: there is no such key; did you mean `telegram.token`?",
        ),
        (wrong.path(), &["tree"], &[], 78, "config.toml:2:1"),
        (wrong.path(), &["config", "check", "--json"], &[], 78, "\"nearest\": \"telegram.token\""),
        (wrong.path(), &["doctor"], &[], 1, "FAIL  config"),
        (empty.path(), &["tree"], &[], 1, "no running majordomo on this store"),
        (empty.path(), &["tree", "--watch"], &[], 1, "start it with `majordomo run`"),
        (empty.path(), &["inbox", "list"], &[], 1, "start it with `majordomo run`"),
        (empty.path(), &["pending", "drop", "7"], &[], 1, "start it with `majordomo run`"),
        (empty.path(), &["membership", "import"], &[], 2, "--csv <FILE>"),
        (empty.path(), &["usage"], &[], 1, "start it with `majordomo run`"),
        (empty.path(), &["usage", "--since", "soon"], &[], 2, "--since <DATE>"),
        (empty.path(), &["usage", "--since", "1969-01-01"], &[], 1, "a day since 1970-01-01"),
        (empty.path(), &["membership", "import", "--csv", "none.csv"], &[], 1, "none.csv: No such file"),
        (listed.path(), &["membership", "import", "--csv", "list.csv"], &[], 1, "start it with `majordomo run`"),
        (listed.path(), &["membership", "import", "--csv", "empty.csv"], &[], 1, "empty.csv: there is no line in it"),
    ];
    for (folder, args, env, code, words) in cases {
        let ended = majordomo(folder, args, env);
        assert_eq!(ended.code, Some(*code), "{args:?}: {ended:?}");
        assert!(ended.out.contains(words) || ended.err.contains(words), "{args:?} lacks {words:?}: {ended:?}");
        let silent = if *code == 0 { &ended.err } else { &ended.out };
        let told = args.first().is_none_or(|it| *it == "run") && ended.out.lines().all(|it| it.starts_with('{'));
        let spoke = args == &["doctor"] || args.contains(&"--json") || told;
        assert!(silent.is_empty() || spoke, "{args:?}: {ended:?}");
    }
}

#[test]
fn a_refused_configuration_is_told_on_the_log_too_with_each_mistake_and_no_secret() {
    let folder = folder_with("[telegram]\ntokn = \"x\"\n[runtime]\nshards = 0\n");
    let ended = majordomo(folder.path(), &["run"], &[("MAJORDOMO_TELEGRAM__TOKEN", "not-a-token-but-secret")]);
    assert_eq!(ended.code, Some(78));
    let lines: Vec<serde_json::Value> = ended.out.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
    let told = |key: &str| lines.iter().filter(|it| it["event"] == "config.rejected" && it["key"] == key).count();
    assert_eq!([told("telegram.tokn"), told("runtime.shards"), told("telegram.token")], [1, 1, 1], "{ended:?}");
    assert!(lines[0]["reason"].as_str().unwrap().contains("did you mean `telegram.token`"), "{ended:?}");
    assert!(!ended.out.contains("but-secret") && !ended.err.contains("but-secret"), "{ended:?}");
}

#[test]
fn the_file_in_the_working_directory_is_read_and_a_named_one_instead() {
    let folder = folder_with("[log]\nlevel = \"warn\"\n");
    std::fs::write(folder.path().join("other.toml"), "[log]\nlevel = \"error\"\n").unwrap();
    let level = |args: &[&str]| {
        let ended = majordomo(folder.path(), args, &[]);
        ended.out.lines().find(|it| it.starts_with("level")).unwrap().to_owned()
    };
    assert_eq!(level(&["config", "show"]), "level = \"warn\"  # line 2 of the file");
    assert_eq!(level(&["config", "show", "--config", "other.toml"]), "level = \"error\"  # line 2 of the file");
}

#[test]
fn a_shown_configuration_is_masked_in_every_form() {
    let folder = tempfile::tempdir().unwrap();
    let env = [("MAJORDOMO_TELEGRAM__TOKEN", TOKEN), ("MAJORDOMO_TELEGRAM__WEBHOOK__SECRET", "very-secret")];
    for args in [&["config", "show"][..], &["config", "show", "--json"], &["config", "check"]] {
        let ended = majordomo(folder.path(), args, &env);
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(!ended.out.contains("abcdefgh") && !ended.out.contains("very-secret"), "{ended:?}");
    }
    let shown = majordomo(folder.path(), &["config", "show", "--json"], &env).out;
    let shown: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(shown["settings"]["telegram"]["token"], "********");
    assert_eq!(shown["origins"]["telegram.token"]["environment"], "MAJORDOMO_TELEGRAM__TOKEN");
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    let mut child =
        command(folder.path(), &["explain"], &[]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert_eq!(ended.status.code(), Some(0));
    assert!(ended.stderr.is_empty(), "{:?}", String::from_utf8_lossy(&ended.stderr));
}

/// A house that answers the control socket.
struct House;

impl Handler for House {
    fn handle(&self, request: Request) -> Answer<'_> {
        Box::pin(async move {
            match request {
                Request::Tree => Response::Tree(tree()),
                Request::InboxList => Response::Inbox(vec![quarantined(None)]),
                Request::InboxShow { id: 901 } => {
                    Response::InboxItem(vec![quarantined(Some("{\"text\":\"hi\u{202e}\"}"))])
                }
                Request::InboxRelease { id: 901 } => Response::Done("update 901 goes to its chat again".into()),
                Request::InboxDrop { .. } | Request::InboxShow { .. } | Request::InboxRelease { .. } => {
                    Response::NotFound
                }
                Request::PendingList => Response::Pending(vec![owed()]),
                Request::PendingResend { id } => Response::Refused(format!("{id} is under way: wait for its outcome")),
                Request::PendingDrop { id } => Response::Done(format!("{id} is forgotten")),
                Request::BackupCreate { .. } | Request::StoreLook | Request::Job { .. } => Response::NotFound,
                Request::Usage { by: By::User, since: 20_758 } => Response::Usage(vec![used()]),
                Request::Usage { .. } => Response::Usage(Vec::new()),
                Request::Guard { pair, .. } => match pair.group {
                    ChatRef::Name(name) if name == "readers" => Response::Guarded(Outcome::Protected),
                    ChatRef::Name(name) if name == "older" => Response::Guarded(Outcome::Already),
                    ChatRef::Name(name) if name == "busy" => Response::Refused("the disk is full: make room".into()),
                    ChatRef::Name(_) | ChatRef::Id(_) => {
                        Response::Guarded(Outcome::Missing(vec![Lack::Restrict, Lack::Invite]))
                    }
                },
                Request::Status => {
                    Response::Status(Status { pid: 4711, version: "9".into(), ready: true, ..Status::default() })
                }
            }
        })
    }
}

fn tree() -> TreeNode {
    let store = TreeNode { path: "store".into(), generation: 1, since_ms: 5_000, ..TreeNode::default() };
    TreeNode { generation: 1, since_ms: 5_000, children: vec![store], ..TreeNode::default() }
}

fn quarantined(payload: Option<&str>) -> InboxRow {
    InboxRow {
        update: 901,
        feature: "membership".into(),
        chat: -1001,
        kind: "message".into(),
        crashes: 3,
        cause: "index out of bounds at rules.rs:212".into(),
        at: 1_790_000_000_000,
        payload: payload.map(String::from),
    }
}

fn used() -> Line {
    Line { of: "42".into(), answers: 3, cached: 1, input_tokens: 1_200, output_tokens: 300, money_micros: 4_200 }
}

fn owed() -> PendingRow {
    PendingRow {
        id: "7-1".into(),
        chat: Some(-1001),
        method: "sendMessage".into(),
        state: PendingState::Unknown,
        since: 1_790_000_000_000,
        attempts: 1,
        why: "the answer was cut off".into(),
    }
}

/// Runs the binary beside a house that answers for the store in this folder and was started without the
/// runtime folder that the binary has.
fn beside_a_house(store: &Path, check: impl FnOnce(&dyn Fn(&[&str]) -> Ended)) {
    let path = socket_path(store, None);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = runtime.block_on(Server::bind(&path)).unwrap();
    let serving = runtime.spawn(server.run(Arc::new(House), std::future::pending()));
    let work = tempfile::tempdir().unwrap();
    let env = [("MAJORDOMO_STORE__PATH", store.to_str().unwrap()), ("XDG_RUNTIME_DIR", work.path().to_str().unwrap())];
    check(&|args| majordomo(work.path(), args, &env));
    serving.abort();
}

fn private_folder() -> TempDir {
    tempfile::Builder::new().prefix("store").tempdir().unwrap()
}

#[test]
fn the_commands_look_into_a_running_house() {
    let store = private_folder();
    let cases: &[(&[&str], i32, &str)] = &[
        (&["tree"], 0, "2 actors: 2 running\nroot      running    5s  #1\n└─ store  running    5s  #1\n"),
        (&["tree", "--json"], 0, "\"path\": \"store\""),
        (&["inbox", "list"], 0, "UPDATE  FEATURE     CHAT   KIND     CRASHES  AGE"),
        (
            &["usage", "--by", "user", "--since", "2026-11-01"],
            0,
            "42    3        1         1200       300         0.0042\n",
        ),
        (&["usage", "--by", "user", "--since", "2026-11-01", "--csv"], 0, "42,3,1,1200,300,4200\n"),
        (&["usage", "--by", "user", "--since", "2026-11-01", "--json"], 0, "\"money_micros\": 4200"),
        (&["usage", "--since", "2026-11-02"], 0, "Since 2026-11-02 nobody has asked a model.\n"),
        (&["inbox", "list", "--json"], 0, "\"update\": 901"),
        (&["inbox", "show", "901"], 0, "\"text\": \"hi\\u{202e}\""),
        (&["inbox", "show", "7"], 1, "there is nothing of that id"),
        (&["inbox", "release", "901"], 0, "update 901 goes to its chat again\n"),
        (&["inbox", "drop", "901"], 1, "there is nothing of that id"),
        (&["pending", "list"], 0, "7-1  unknown  sendMessage  -1001  1"),
        (&["pending", "resend", "7-1"], 1, "7-1 is under way: wait for its outcome"),
        (&["pending", "drop", "7-1"], 0, "7-1 is forgotten\n"),
        (&["doctor"], 1, "open in process 4711 (majordomo 9"),
    ];
    beside_a_house(store.path(), |run| {
        for (args, code, words) in cases {
            let ended = run(args);
            assert_eq!(ended.code, Some(*code), "{args:?}: {ended:?}");
            assert!(ended.out.contains(words) || ended.err.contains(words), "{args:?} lacks {words:?}: {ended:?}");
            assert!(!ended.out.contains('\u{1b}') && !ended.out.contains('\u{202e}'), "{args:?}: {ended:?}");
        }
    });
}

#[test]
fn a_store_in_a_deep_folder_is_reached_through_a_short_socket() {
    let top = private_folder();
    let deep: PathBuf = top.path().join("d".repeat(80)).join("e".repeat(80));
    std::fs::create_dir_all(&deep).unwrap();
    assert!(!socket_path(&deep, None).starts_with(top.path()));
    beside_a_house(&deep, |run| assert_eq!(run(&["tree"]).code, Some(0)));
}

#[test]
fn the_socket_that_a_killed_house_left_counts_as_no_house() {
    let store = private_folder();
    drop(std::os::unix::net::UnixListener::bind(socket_path(store.path(), None)).unwrap());
    let work = tempfile::tempdir().unwrap();
    let ended = majordomo(work.path(), &["tree"], &[("MAJORDOMO_STORE__PATH", store.path().to_str().unwrap())]);
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("no running majordomo on this store"), "{ended:?}");
}

#[test]
fn a_watched_tree_ends_when_told_to() {
    let store = private_folder();
    let path = socket_path(store.path(), None);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let server = runtime.block_on(Server::bind(&path)).unwrap();
    runtime.spawn(server.run(Arc::new(House), std::future::pending()));
    let env = [("MAJORDOMO_STORE__PATH", store.path().to_str().unwrap())];
    let mut child = command(store.path(), &["tree", "--watch", "--json"], &env).stdout(Stdio::piped()).spawn().unwrap();
    let mut seen = Vec::new();
    let mut out = child.stdout.take().unwrap();
    while String::from_utf8_lossy(&seen).lines().count() < 3 {
        let mut some = [0; 4096];
        let read = out.read(&mut some).unwrap();
        assert_ne!(read, 0, "it goes on until it is told to stop");
        seen.extend(&some[..read]);
    }
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(0));
    let first = seen.split(|it| *it == b'\n').next().unwrap();
    assert_eq!(serde_json::from_slice::<TreeNode>(first).unwrap(), tree());
}

/// Answers like a Bot API server whose clock says `date`, one question per connection.
fn bot_api(date: &'static str, me: &'static str, webhook: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut asked = [0; 4096];
            let read = stream.read(&mut asked).unwrap();
            let asked = String::from_utf8_lossy(&asked[..read]).into_owned();
            let body = if asked.contains("/getMe ") { me } else { webhook };
            let date =
                if date.is_empty() { httpdate::fmt_http_date(std::time::SystemTime::now()) } else { date.into() };
            let length = body.len();
            let _ = write!(
                stream,
                "HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
        }
    });
    url
}

const ME: &str =
    r#"{"ok":true,"result":{"id":42,"is_bot":true,"first_name":"M","username":"house_bot","can_join_groups":true}}"#;
const NO_WEBHOOK: &str = r#"{"ok":true,"result":{"url":"","has_custom_certificate":false,"pending_update_count":2}}"#;
const FOREIGN: &str = r#"{"ok":true,"result":{"url":"https://else.example.org/x","pending_update_count":2}}"#;
const WRONG_TOKEN: &str = r#"{"ok":false,"error_code":401,"description":"Unauthorized"}"#;

#[test]
fn the_doctor_finds_what_is_wrong_with_telegram_and_tells_no_token() {
    let closed = "http://127.0.0.1:9".to_owned();
    let cases = [
        (
            bot_api("", ME, NO_WEBHOOK),
            0,
            &[
                "PASS  token         it is @house_bot (42)",
                "none is set, as polling needs it; 2 updates wait",
                "PASS  clock",
            ][..],
        ),
        (bot_api("", ME, FOREIGN), 0, &["WARN  webhook       one is set at else.example.org"]),
        (bot_api("Mon, 01 Jan 2024 00:00:00 GMT", ME, NO_WEBHOOK), 1, &["FAIL  clock", "ahead of Telegram's"]),
        (
            bot_api("", WRONG_TOKEN, NO_WEBHOOK),
            1,
            &["FAIL  token         127.0.0.1 refused: 401 Unauthorized", "ask @BotFather"],
        ),
        (bot_api("", "<html>502</html>", NO_WEBHOOK), 1, &["FAIL  token", "no answer of Telegram's form"]),
        (closed, 1, &["FAIL  token         127.0.0.1 does not answer: Connection refused"]),
    ];
    for (url, code, snippets) in cases {
        let folder = tempfile::tempdir().unwrap();
        let env = [
            ("MAJORDOMO_TELEGRAM__API_URL", url.as_str()),
            ("MAJORDOMO_TELEGRAM__TOKEN", TOKEN),
            ("MAJORDOMO_WEB__LISTEN", "127.0.0.1:0"),
        ];
        let ended = majordomo(folder.path(), &["doctor"], &env);
        assert_eq!(ended.code, Some(code), "{url}: {}", ended.out);
        for snippet in snippets {
            assert!(ended.out.contains(snippet), "{snippet:?} is not in:\n{}", ended.out);
        }
        assert!(!format!("{ended:?}").contains("abcdefgh"), "{ended:?}");
    }
}

#[test]
fn the_doctor_speaks_to_scripts() {
    let folder = tempfile::tempdir().unwrap();
    let ended = majordomo(folder.path(), &["doctor", "--json"], &[("MAJORDOMO_WEB__LISTEN", "127.0.0.1:0")]);
    let findings: Vec<serde_json::Value> = serde_json::from_str(&ended.out).unwrap();
    assert!(findings.len() >= 7, "{findings:?}");
    let failed: Vec<_> = findings.iter().filter(|it| it["verdict"] == "FAIL").collect();
    assert_eq!(failed.len(), 1, "{failed:?}");
    assert_eq!(failed[0]["check"], "token");
    assert!(failed[0]["remedy"].as_str().unwrap().contains("@BotFather"));
    assert_eq!(ended.code, Some(1));
}

#[test]
fn a_list_is_carried_out_line_by_line_and_ends_with_a_sum() {
    let store = private_folder();
    beside_a_house(store.path(), |majordomo| {
        let list = store.path().join("list.csv");
        let list = list.to_str().unwrap();
        let import = |lines: &str, more: &[&str]| {
            std::fs::write(list, lines).unwrap();
            majordomo(&[&["membership", "import", "--csv", list], more].concat())
        };
        let ended = import("\u{feff}group,channel,link\n# ours\n@readers,@news\n\"@older\", @news\n", &[]);
        let expect = "\
line 3: @readers for @news: protected
line 4: @older for @news: already
1 protected, 1 already, 0 failed.
";
        assert_eq!((ended.code, ended.out.as_str()), (Some(0), expect), "{ended:?}");
        let ended = import("@readers,@news\n-1001234567,@news\n@busy,@news\nreaders,@news\n", &["--dry-run"]);
        let expect = "\
line 1: @readers for @news: would be protected
line 2: -1001234567 for @news: missing right in the group: let the bot ban users; missing right in the channel: \
let the bot add subscribers, or give an invite link as third column
line 3: @busy for @news: the disk is full: make room
line 4: readers for @news: the group cannot be read: write its id (-100...), @name or t.me link
1 would be protected, 0 already, 3 failed. Mend what is said above and run this again: done lines stay done.
";
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), expect), "{ended:?}");
        let ended = import("@readers,@news\n-1001234567,@news\nreaders,@news\n", &["--json"]);
        let lines: Vec<serde_json::Value> = ended.out.lines().map(|it| serde_json::from_str(it).unwrap()).collect();
        assert_eq!(lines.len(), 3, "{ended:?}");
        assert_eq!(
            lines[0],
            serde_json::json!({"line": 1, "group": "@readers", "channel": "@news", "state": "protected"})
        );
        assert_eq!((&lines[1]["state"], &lines[1]["lacks"][1]), (&"missing".into(), &"invite".into()));
        assert!(lines[2]["error"].as_str().unwrap().contains("the group cannot be read"));
    });
}
