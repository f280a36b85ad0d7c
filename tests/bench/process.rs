//! What `/proc` tells of processes: nothing where there is none.

use std::fs;
use std::time::Duration;

/// A process and all that it started, by their numbers.
fn tree(pid: u32) -> Vec<u32> {
    let mut found = vec![pid];
    let mut at = 0;
    while let Some(&parent) = found.get(at) {
        at += 1;
        let children = fs::read_to_string(format!("/proc/{parent}/task/{parent}/children")).unwrap_or_default();
        found.extend(children.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
    }
    found
}

/// A line of `/proc/PID/status`, in MB.
fn status(pid: u32, key: &str) -> Option<f64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(':'))?;
    let kb: f64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kb / 1024.0)
}

/// Resident memory of the tree now, MB.
pub fn rss(pid: u32) -> Option<f64> {
    tree(pid).iter().map(|pid| status(*pid, "VmRSS")).sum()
}

/// The highest it ever was: the sum of each one's own peak, MB.
pub fn peak(pid: u32) -> Option<f64> {
    tree(pid).iter().map(|pid| status(*pid, "VmHWM")).sum()
}

/// Memory that a process of this name shares with nobody, MB.
pub fn own(pid: u32, name: &str) -> Option<f64> {
    let comm = fs::read_to_string(format!("/proc/{pid}/comm")).ok()?;
    // Another number space, as of a container, would show another process.
    if !comm.starts_with(name) {
        return None;
    }
    status(pid, "RssAnon")
}

/// Time on a core of all threads of the tree.
pub fn cpu(pid: u32) -> Option<Duration> {
    let mut sum = 0;
    for pid in tree(pid) {
        for task in fs::read_dir(format!("/proc/{pid}/task")).ok()?.flatten() {
            let text = fs::read_to_string(task.path().join("schedstat")).ok()?;
            sum += text.split_whitespace().next()?.parse::<u64>().ok()?;
        }
    }
    Some(Duration::from_nanos(sum))
}

/// Cores and load.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split_whitespace().next().unwrap_or("unknown");
    format!("{cores} cores, load {load}")
}
