//! The standard `process_*` metrics, read from `/proc` at the moment of asking.

use std::fmt::Write;
use std::fs;

/// The kernel's name of the clock ticks per second in `/proc/self/auxv`.
const AT_CLKTCK: usize = 17;

/// What is known about the process, in the text format of Prometheus; what cannot be read is left out.
pub(super) fn render() -> String {
    let mut text = String::new();
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ticks_per_s = ticks_per_s();
    let ticks = |field: usize| stat_field(&stat, field).map(|it| it / ticks_per_s);
    let cpu = ticks(14).zip(ticks(15)).map(|(user, system)| user + system);
    tell(&mut text, "process_cpu_seconds_total", "counter", "CPU time used, user and system.", cpu);
    let resident = status_bytes(&status, "VmRSS:");
    tell(&mut text, "process_resident_memory_bytes", "gauge", "Memory in use.", resident);
    let virtual_size = status_bytes(&status, "VmSize:");
    tell(&mut text, "process_virtual_memory_bytes", "gauge", "Address space in use.", virtual_size);
    let started = ticks(22).zip(boot_s()).map(|(since_boot, boot)| boot + since_boot);
    tell(&mut text, "process_start_time_seconds", "gauge", "When the process started, in seconds since 1970.", started);
    tell(&mut text, "process_open_fds", "gauge", "Open file descriptors.", open_fds());
    tell(&mut text, "process_max_fds", "gauge", "File descriptors that may be open.", max_fds());
    tell(&mut text, "process_threads", "gauge", "Threads of the process.", stat_field(&stat, 20));
    text
}

fn tell(text: &mut String, name: &str, kind: &str, help: &str, value: Option<f64>) {
    if let Some(value) = value {
        _ = write!(text, "# HELP {name} {help}\n# TYPE {name} {kind}\n{name} {value}\n\n");
    }
}

/// A field by its number in proc(5); the name in field 2 may hold anything, so counting begins behind it.
fn stat_field(stat: &str, number: usize) -> Option<f64> {
    let behind_name = &stat[stat.rfind(')')? + 1..];
    behind_name.split_whitespace().nth(number.checked_sub(3)?)?.parse().ok()
}

fn status_bytes(status: &str, name: &str) -> Option<f64> {
    let line = status.lines().find_map(|it| it.strip_prefix(name))?;
    line.split_whitespace().next()?.parse::<f64>().ok().map(|kib| kib * 1024.0)
}

fn boot_s() -> Option<f64> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    stat.lines().find_map(|it| it.strip_prefix("btime "))?.trim().parse().ok()
}

fn open_fds() -> Option<f64> {
    let count = fs::read_dir("/proc/self/fd").ok()?.count();
    Some(f64::from(u32::try_from(count).ok()?.saturating_sub(1))) // one is the folder being read
}

fn max_fds() -> Option<f64> {
    let limits = fs::read_to_string("/proc/self/limits").ok()?;
    limits.lines().find_map(|it| it.strip_prefix("Max open files"))?.split_whitespace().next()?.parse().ok()
}

/// 100 nearly everywhere; the kernel tells.
fn ticks_per_s() -> f64 {
    const WORD: usize = size_of::<usize>();
    let auxv = fs::read("/proc/self/auxv").unwrap_or_default();
    let words = auxv.chunks_exact(WORD).filter_map(|it| it.try_into().ok().map(usize::from_ne_bytes));
    let words: Vec<_> = words.collect();
    let found = words.chunks_exact(2).find(|it| it[0] == AT_CLKTCK).and_then(|it| u32::try_from(it[1]).ok());
    f64::from(found.filter(|it| *it > 0).unwrap_or(100))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_process_name_with_spaces_and_brackets_shifts_nothing() {
        let stat = "42 (a (b) c) S 1 42 42 0 -1 4194560 100 0 0 0 250 50 0 0 20 0 9 0 8812 1000 200";
        assert_eq!(stat_field(stat, 14), Some(250.0));
        assert_eq!(stat_field(stat, 15), Some(50.0));
        assert_eq!(stat_field(stat, 20), Some(9.0));
        assert_eq!(stat_field(stat, 22), Some(8812.0));
        assert_eq!(stat_field("", 14), None);
    }

    #[test]
    fn this_process_is_described_plausibly() {
        let text = render();
        let value = |name: &str| -> f64 {
            text.lines().find_map(|it| it.strip_prefix(name)?.strip_prefix(' ')).unwrap().parse().unwrap()
        };
        assert!((1e6..1e11).contains(&value("process_resident_memory_bytes")));
        assert!(value("process_open_fds") >= 3.0);
        assert!(value("process_threads") >= 1.0);
        assert!(value("process_max_fds") >= value("process_open_fds"));
        let now_s = crate::clock::now().0 as f64 / 1000.0;
        assert!((now_s - 86_400.0..=now_s + 5.0).contains(&value("process_start_time_seconds")));
        assert!((0.0..86_400.0).contains(&value("process_cpu_seconds_total")));
    }
}
