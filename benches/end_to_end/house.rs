//! The release binary as a child, so that its CPU and memory are measured apart from the load.

use crate::town::{LIMIT, Town};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// What Telegram sends along.
pub const SECRET: &str = "bench-secret";
/// No limit of the outgoing calls; as many notices per group and minute as there can be, and no raid because of it.
pub const RAISED: [(&str, &str); 7] = [
    ("LIMITS__TELEGRAM__OVERALL_PER_S", "0"),
    ("LIMITS__TELEGRAM__CHAT_PER_S", "0"),
    ("LIMITS__TELEGRAM__GROUP_PER_MIN", "0"),
    ("LIMITS__TELEGRAM__OTHER_PER_S", "0"),
    ("LIMITS__REQUESTS__PER_MIN", "0"),
    ("FEATURES__MEMBERSHIP__NOTICES_PER_MIN", "30"),
    ("FEATURES__MEMBERSHIP__RAID_MIN_PER_MIN", "1000"),
];

/// A house and its folder.
pub struct House {
    pub hook: String,
    web: String,
    env: Vec<(String, String)>,
    child: Child,
    folder: TempDir,
}

/// Which binary is measured.
pub fn binary() -> PathBuf {
    let mut arguments = std::env::args().skip_while(|it| it != "--house").skip(1);
    arguments.next().map_or_else(|| env!("CARGO_BIN_EXE_majordomo").into(), PathBuf::from)
}

impl House {
    /// Starts it with these settings beside the usual ones, and waits until it is ready. Telegram delivers into
    /// the town's hole.
    pub async fn start(town: &Town, settings: &[(&str, &str)]) -> Self {
        Self::first(town, Some(town.hole.url()), settings).await
    }

    /// The same, and Telegram delivers to it.
    pub async fn live(town: &Town, settings: &[(&str, &str)]) -> Self {
        Self::first(town, None, settings).await
    }

    async fn first(town: &Town, url: Option<String>, settings: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let (hook, web) = (free_address().await, free_address().await);
        let url = url.unwrap_or_else(|| format!("http://{hook}/hook"));
        let usual = [
            ("TELEGRAM__TOKEN", town.telegram.token()),
            ("TELEGRAM__API_URL", &town.telegram.api_url()),
            ("TELEGRAM__WEBHOOK__URL", &url),
            ("TELEGRAM__WEBHOOK__LISTEN", &hook),
            ("TELEGRAM__WEBHOOK__SECRET", SECRET),
            ("OWNER__IDS", &town.ann.0.to_string()),
            ("WEB__LISTEN", &web),
        ];
        let env = usual.into_iter().chain(settings.iter().copied());
        // A setting, or a variable of the system's.
        let name = |it: &str| it.strip_prefix('=').map_or_else(|| format!("MAJORDOMO_{it}"), ToOwned::to_owned);
        let env: Vec<_> = env.map(|(key, value)| (name(key), value.to_owned())).collect();
        let child = spawn(&folder, &env);
        let house = Self { hook, web, env, child, folder };
        house.ready().await;
        house
    }

    /// Lets it end in order, and starts it again with other settings beside those it had. How long it took until
    /// it was ready, in s.
    pub async fn restart(&mut self, settings: &[(&str, &str)]) -> f64 {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
        assert!(self.child.wait().unwrap().success(), "it ends well; the log:\n{}", self.log());
        let names: Vec<_> = settings.iter().map(|(name, _)| format!("MAJORDOMO_{name}")).collect();
        self.env.retain(|(name, _)| !names.contains(name));
        self.env.extend(names.into_iter().zip(settings.iter().map(|(_, value)| (*value).to_owned())));
        self.child = spawn(&self.folder, &self.env);
        self.ready().await
    }

    async fn ready(&self) -> f64 {
        let begun = Instant::now();
        while !self.get("/health/ready").await.starts_with("HTTP/1.1 200") {
            assert!(begun.elapsed() < LIMIT, "the house is ready in time; its log:\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        begun.elapsed().as_secs_f64()
    }

    /// User and system time of all its threads so far, in us.
    pub fn cpu_us(&self) -> f64 {
        self.cpu_us_of("")
    }

    /// The same of the threads whose names begin so.
    pub fn cpu_us_of(&self, name: &str) -> f64 {
        let tasks = std::fs::read_dir(format!("/proc/{}/task", self.child.id())).unwrap();
        let ns = tasks.flatten().filter_map(|it| {
            if !std::fs::read_to_string(it.path().join("comm")).ok()?.starts_with(name) {
                return None;
            }
            let text = std::fs::read_to_string(it.path().join("schedstat")).ok()?;
            text.split(' ').next()?.parse::<f64>().ok()
        });
        ns.sum::<f64>() / 1e3
    }

    /// Resident memory now and at its highest, in MiB.
    pub fn memory_mib(&self) -> (f64, f64) {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let of = |name: &str| {
            let line = status.lines().find_map(|it| it.strip_prefix(name))?;
            line.trim().split(' ').next()?.parse::<f64>().ok()
        };
        (of("VmRSS:").unwrap_or(0.0) / 1024.0, of("VmHWM:").unwrap_or(0.0) / 1024.0)
    }

    /// Open descriptors, and threads.
    pub fn handles(&self) -> (usize, usize) {
        let count = |what: &str| std::fs::read_dir(format!("/proc/{}/{what}", self.child.id())).unwrap().count();
        (count("fd"), count("task"))
    }

    /// What its store takes on the disk, in MiB.
    pub fn store_mib(&self) -> f64 {
        bytes_in(&self.folder.path().join("data")) as f64 / 1_048_576.0
    }

    /// Its metrics.
    pub async fn metrics(&self) -> String {
        self.get("/metrics").await
    }

    /// Everything that it logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// The lines that it logged at WARN or worse.
    pub fn complaints(&self) -> Vec<String> {
        let bad = |it: &&str| it.contains("\"WARN\"") || it.contains("\"ERROR\"");
        self.log().lines().filter(bad).map(ToOwned::to_owned).collect()
    }

    /// A command for this house, that says nothing.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(words).env_clear().current_dir(self.folder.path()).stdin(Stdio::null());
        command.envs(self.env.iter().map(|(name, value)| (name, value))).stdout(Stdio::null());
        command
    }

    async fn get(&self, path: &str) -> String {
        let Ok(mut stream) = TcpStream::connect(&self.web).await else { return String::new() };
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.web);
        let mut answer = String::new();
        let sent = stream.write_all(request.as_bytes()).await;
        let _ = if sent.is_ok() { stream.read_to_string(&mut answer).await } else { Ok(0) };
        answer
    }
}

fn spawn(folder: &TempDir, env: &[(String, String)]) -> Child {
    let mut command = Command::new(binary());
    command.arg("run").env_clear().current_dir(folder.path()).stdin(Stdio::null());
    let log = std::fs::OpenOptions::new().create(true).append(true).open(folder.path().join("log")).unwrap();
    command.stdout(log.try_clone().unwrap()).stderr(log);
    command.envs(env.iter().map(|(name, value)| (name, value)));
    command.spawn().unwrap()
}

fn bytes_in(folder: &Path) -> u64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let size = |it: std::fs::DirEntry| match it.metadata() {
        Ok(what) if what.is_dir() => bytes_in(&it.path()),
        Ok(what) => what.len(),
        Err(_) => 0, // gone meanwhile
    };
    entries.map(size).sum()
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = self.child.kill(); // it may have ended by itself
        let _ = self.child.wait();
    }
}

async fn free_address() -> String {
    TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().to_string()
}
