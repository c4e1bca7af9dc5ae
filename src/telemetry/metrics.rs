//! The recorder of metrics, and handles that the hot path need not look up.

use super::names::{self, DoneAs, Metric, Shape, UpdateKind, Verification, Via};
use super::process;
use ::metrics::{Counter, Gauge, Histogram, Label};
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle, PrometheusRecorder};
use std::sync::{LazyLock, OnceLock};
use std::time::Duration;

/// Metrics with more label combinations than this appear when they are first used, not from the start.
const SERIES_AT_START: usize = 32;
/// How often samples are moved into their buckets when nobody scrapes.
const UPKEEP: Duration = Duration::from_secs(5);

static INSTALLED: OnceLock<Option<Metrics>> = OnceLock::new();
static HOT: OnceLock<Hot> = OnceLock::new();
static IDLE: LazyLock<Hot> = LazyLock::new(|| Hot::of(&::metrics::NoopRecorder));

/// What the process has measured.
#[derive(Clone, Debug)]
pub struct Metrics(PrometheusHandle);

/// The recorder could not be installed: the process has another one, or a bucket list is empty.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("metrics cannot be recorded: the process already has another recorder")]
pub struct NotInstalled;

/// Installs the recorder of the process, with every metric described and most present as 0.
/// Called again, it gives the same one.
///
/// # Errors
/// When the process has another recorder.
pub fn install() -> Result<Metrics, NotInstalled> {
    INSTALLED.get_or_init(first_install).clone().ok_or(NotInstalled)
}

impl Metrics {
    /// Everything in the text format of Prometheus, 0.0.4. It reads `/proc`: some 100 µs.
    #[must_use]
    pub fn render(&self) -> String {
        let mut text = self.0.render();
        text.push_str(&process::render());
        text
    }
}

/// Handles for what is counted per update: no name is hashed to find them.
#[derive(Debug)]
pub struct Hot {
    received: Vec<[Counter; 2]>,
    handle: Vec<Histogram>,
    done: Vec<Counter>,
    verifications: Vec<Counter>,
    /// Updates left out because they came before.
    pub duplicates: Counter,
    /// Updates acknowledged.
    pub accepted: Counter,
    /// Updates written to disk because they were not finished in time.
    pub persisted: Counter,
    /// From receiving to acknowledgement, in seconds.
    pub accept: Histogram,
    /// From Telegram's date to arrival, in seconds.
    pub lag: Histogram,
    /// From the arrival of a message to the decision about its sender, in seconds.
    pub verification_latency: Histogram,
    /// Facts found in a cache.
    pub cache_hits: Counter,
    /// Facts that had to be asked for.
    pub cache_misses: Counter,
    /// Events that wait for their chat.
    pub inbox_depth: Gauge,
    /// How long the engine took for a group, in seconds.
    pub store_apply: Histogram,
    /// From asking for a commit to its answer, in seconds.
    pub store_commit: Histogram,
    /// One sync, in seconds.
    pub store_fsync: Histogram,
    /// Batches written together.
    pub store_group: Histogram,
}

/// The handles; without [`install`] they count nowhere.
#[must_use]
pub fn hot() -> &'static Hot {
    HOT.get().unwrap_or_else(|| &IDLE)
}

impl Hot {
    /// Updates taken in.
    pub fn received(&self, kind: UpdateKind, via: Via) -> &Counter {
        &self.received[kind as usize][via as usize]
    }

    /// From taking in an update to its decision, in seconds.
    pub fn handle(&self, kind: UpdateKind) -> &Histogram {
        &self.handle[kind as usize]
    }

    /// Updates finished.
    pub fn done(&self, outcome: DoneAs) -> &Counter {
        &self.done[outcome as usize]
    }

    /// Checks of membership.
    pub fn verifications(&self, status: Verification) -> &Counter {
        &self.verifications[status as usize]
    }

    fn of(recorder: &dyn ::metrics::Recorder) -> Self {
        ::metrics::with_local_recorder(&recorder, || Self {
            received: UpdateKind::TEXTS
                .iter()
                .map(|kind| {
                    let by =
                        |via: Via| ::metrics::counter!(names::UPDATES_RECEIVED, "kind" => *kind, "mode" => via.text());
                    [by(Via::Polling), by(Via::Webhook)]
                })
                .collect(),
            handle: each(UpdateKind::TEXTS, |it| ::metrics::histogram!(names::UPDATE_HANDLE, "kind" => it)),
            done: each(DoneAs::TEXTS, |it| ::metrics::counter!(names::UPDATES_DONE, "outcome" => it)),
            verifications: each(Verification::TEXTS, |it| ::metrics::counter!(names::VERIFICATIONS, "status" => it)),
            duplicates: ::metrics::counter!(names::UPDATES_DUPLICATE),
            accepted: ::metrics::counter!(names::UPDATES_ACCEPTED),
            persisted: ::metrics::counter!(names::UPDATES_PERSISTED),
            accept: ::metrics::histogram!(names::UPDATE_ACCEPT),
            lag: ::metrics::histogram!(names::UPDATE_LAG),
            verification_latency: ::metrics::histogram!(names::VERIFICATION_LATENCY),
            cache_hits: ::metrics::counter!(names::CACHE_HITS),
            cache_misses: ::metrics::counter!(names::CACHE_MISSES),
            inbox_depth: ::metrics::gauge!(names::INBOX_DEPTH),
            store_apply: ::metrics::histogram!(names::DB_QUERY_DURATION, "query" => "commit"),
            store_commit: ::metrics::histogram!(names::STORE_COMMIT),
            store_fsync: ::metrics::histogram!(names::STORE_FSYNC),
            store_group: ::metrics::histogram!(names::STORE_GROUP_SIZE),
        })
    }
}

fn each<T>(texts: &'static [&'static str], handle: impl Fn(&'static str) -> T) -> Vec<T> {
    texts.iter().map(|it| handle(it)).collect()
}

fn first_install() -> Option<Metrics> {
    let recorder = recorder()?;
    let metrics = Metrics(recorder.handle());
    prepare(&recorder);
    let hot = Hot::of(&recorder);
    ::metrics::set_global_recorder(recorder).ok()?;
    drop(HOT.set(hot));
    let handle = metrics.0.clone();
    let keeper = std::thread::Builder::new().name("metrics".into());
    // Without the thread, samples wait for the next scrape: nothing is lost.
    drop(keeper.spawn(move || {
        loop {
            #[expect(clippy::disallowed_methods, reason = "on a thread of its own")]
            std::thread::sleep(UPKEEP);
            handle.run_upkeep();
        }
    }));
    Some(metrics)
}

fn recorder() -> Option<PrometheusRecorder> {
    let mut builder = PrometheusBuilder::new();
    for metric in names::ALL {
        if let Shape::Histogram(buckets) = metric.shape {
            builder = builder.set_buckets_for_metric(Matcher::Full(metric.name.into()), buckets.bounds()).ok()?;
        }
    }
    Some(builder.build_recorder())
}

/// Describes every metric, and makes those with few label combinations present.
fn prepare(recorder: &PrometheusRecorder) {
    ::metrics::with_local_recorder(recorder, || {
        for metric in names::ALL {
            describe(metric);
            let series = combinations(metric);
            if series.len() <= SERIES_AT_START {
                series.into_iter().for_each(|labels| register(metric, labels));
            }
        }
        ::metrics::gauge!(names::BUILD_INFO, "version" => env!("CARGO_PKG_VERSION")).set(1.0);
    });
}

fn describe(metric: &Metric) {
    match metric.shape {
        Shape::Counter => ::metrics::describe_counter!(metric.name, metric.unit, metric.help),
        Shape::Gauge => ::metrics::describe_gauge!(metric.name, metric.unit, metric.help),
        Shape::Histogram(_) => ::metrics::describe_histogram!(metric.name, metric.unit, metric.help),
    }
}

fn register(metric: &Metric, labels: Vec<Label>) {
    match metric.shape {
        Shape::Counter => drop(::metrics::counter!(metric.name, labels)),
        Shape::Gauge => drop(::metrics::gauge!(metric.name, labels)),
        Shape::Histogram(_) => drop(::metrics::histogram!(metric.name, labels)),
    }
}

/// Every combination of label values; one empty one for a metric without labels.
fn combinations(metric: &Metric) -> Vec<Vec<Label>> {
    let mut known: Vec<Vec<Label>> = vec![Vec::new()];
    for (label, values) in metric.labels {
        let longer =
            known.iter().flat_map(|it| values.iter().map(move |value| (it.clone(), Label::new(*label, *value))));
        known = longer.map(|(labels, last)| labels.into_iter().chain([last]).collect()).collect();
    }
    known
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

    use super::*;
    use std::io::Write;
    use std::process::{Command, Stdio};

    const VERBATIM: [&str; 10] = [
        "bot_verifications_total{status=",
        "bot_verification_latency_seconds",
        "bot_cache_hits_total",
        "bot_cache_misses_total",
        "bot_api_calls_total{method=",
        "bot_errors_total{type=",
        "db_query_duration_seconds_bucket{query=",
        "bot_active_groups",
        "bot_db_connected",
        "bot_redis_connected",
    ];

    fn prepared() -> (PrometheusRecorder, Metrics) {
        let recorder = recorder().unwrap();
        prepare(&recorder);
        let metrics = Metrics(recorder.handle());
        (recorder, metrics)
    }

    #[test]
    fn every_promised_name_is_there_from_the_start() {
        let text = prepared().1.render();
        for name in VERBATIM {
            assert!(text.lines().any(|it| it.starts_with(name)), "{name} is missing");
        }
        assert!(text.contains("\nbot_redis_connected 0\n"));
        assert!(text.contains("\nbot_cache_hits_total 0\n"));
        assert!(text.contains(&format!("bot_build_info{{version=\"{}\"}} 1\n", env!("CARGO_PKG_VERSION"))));
        assert!(text.contains("bot_verification_latency_seconds_bucket{le=\"0.0001\"} 0\n"));
        assert!(text.contains("bot_verification_latency_seconds_bucket{le=\"60\"} 0\n"));
    }

    #[test]
    fn every_metric_appears_with_help_and_type_once_used() {
        let (recorder, metrics) = prepared();
        ::metrics::with_local_recorder(&recorder, || {
            for metric in names::ALL {
                combinations(metric).into_iter().for_each(|it| register(metric, it));
            }
        });
        let text = metrics.render();
        for metric in names::ALL {
            let kind = match metric.shape {
                Shape::Counter => "counter",
                Shape::Gauge => "gauge",
                Shape::Histogram(_) => "histogram",
            };
            assert!(text.contains(&format!("# TYPE {} {kind}\n", metric.name)), "{}", metric.name);
            assert!(text.contains(&format!("# HELP {} {}", metric.name, metric.help)), "{}", metric.name);
        }
        promtool_is_content(&text);
    }

    /// Runs where promtool is installed.
    fn promtool_is_content(text: &str) {
        let promtool = Command::new("promtool")
            .args(["check", "metrics"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn();
        let Ok(mut promtool) = promtool else { return };
        promtool.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let said = promtool.wait_with_output().unwrap();
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        assert_eq!(String::from_utf8_lossy(&said.stderr), "");
    }

    #[test]
    fn hot_handles_count_under_their_names() {
        let (recorder, metrics) = prepared();
        let hot = Hot::of(&recorder);
        hot.received(UpdateKind::ChatMember, Via::Webhook).increment(3);
        hot.done(DoneAs::Passed).increment(2);
        hot.verifications(Verification::Restricted).increment(1);
        hot.cache_hits.increment(5);
        hot.verification_latency.record(0.004);
        hot.handle(UpdateKind::Message).record(0.2);
        let text = metrics.render();
        for line in [
            "bot_updates_received_total{kind=\"chat_member\",mode=\"webhook\"} 3",
            "bot_updates_done_total{outcome=\"passed\"} 2",
            "bot_verifications_total{status=\"restricted\"} 1",
            "bot_cache_hits_total 5",
            "bot_verification_latency_seconds_bucket{le=\"0.0025\"} 0",
            "bot_verification_latency_seconds_bucket{le=\"0.005\"} 1",
            "bot_update_handle_seconds_count{kind=\"message\"} 1",
        ] {
            assert!(text.lines().any(|it| it == line), "{line} is missing");
        }
    }

    #[test]
    fn installing_twice_gives_the_same_recorder() {
        let first = install().expect("no other recorder in this process");
        let second = install().expect("the same recorder");
        let before = count_of(&first, "bot_updates_persisted_total ");
        hot().persisted.increment(7);
        assert!(count_of(&second, "bot_updates_persisted_total ") >= before + 7);
    }

    fn count_of(metrics: &Metrics, name: &str) -> u64 {
        let text = metrics.render();
        text.lines().find_map(|it| it.strip_prefix(name)).unwrap().parse().unwrap()
    }
}
