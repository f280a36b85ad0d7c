//! The shop's statements: ten that matter and 1,204 that do not, counted for 23 days.

use super::shop_now;
use crate::model::{
    Began, Brief, Counted, Counters, Known, Num, Remedy, RoleShare, Running, RunningStatement, Since, Statement,
    StatementKey, StatementSource, StatementText, StatementTexts, Statements, StatementsOf, StatementsRead, Step,
};
use jiff::SignedDuration;
use std::time::Duration;

const MS: f64 = 1e6;
const BLOCK: i64 = 8_192;

/// One statement as it is at connect, and what it does from then on.
struct Line {
    text: &'static str,
    calls: i64,
    mean_ms: f64,
    max_ms: f64,
    stddev_ms: f64,
    rows: f64,
    /// Blocks a call, and the part of them that is found in the cache.
    blocks: f64,
    cache: f64,
    wal: f64,
    /// Since connect.
    calls_per_min: f64,
    now_ms: f64,
    roles: &'static [(&'static str, f64)],
}

const API: &[(&str, f64)] = &[("api", 1.0)];

const fn line(text: &'static str, calls: i64, mean_ms: f64, max_ms: f64, cache: f64) -> Line {
    Line {
        text,
        calls,
        mean_ms,
        max_ms,
        stddev_ms: mean_ms * 0.6,
        rows: 1.0,
        blocks: 6.0,
        cache,
        wal: 0.0,
        calls_per_min: 0.0,
        now_ms: 0.0,
        roles: API,
    }
}

const fn busy(line: Line, calls_per_min: f64, now_ms: f64) -> Line {
    Line { calls_per_min, now_ms, ..line }
}

const LINES: [Line; 10] = [
    Line {
        rows: 3.8,
        stddev_ms: 612.0,
        blocks: 31_000.0,
        roles: &[("api", 0.998), ("reports", 0.002)],
        ..busy(
            line(
                "SELECT s.warehouse_id, s.qty, p.name FROM catalog.stock s JOIN catalog.products p ON p.id = s.product_id \
                 WHERE s.product_id = $1 AND s.qty > $2",
                891_000,
                438.0,
                9_020.0,
                0.94,
            ),
            27.0,
            1_840.0,
        )
    },
    Line {
        wal: 412.0,
        ..busy(line("UPDATE sales.orders SET status = $1 WHERE id = $2", 9_100_000, 16.2, 2_410.0, 0.99), 275.0, 15.8)
    },
    busy(line("SELECT * FROM sales.customers WHERE id = $1", 41_000_000, 2.31, 881.0, 1.0), 1_240.0, 2.40),
    Line {
        rows: 1_900_000.0,
        blocks: 9_000_000.0,
        roles: &[("backup", 1.0)],
        ..line(
            "COPY (SELECT * FROM audit.events WHERE ts >= $1 AND ts < $2) TO STDOUT",
            182,
            398_000.0,
            612_000.0,
            0.03,
        )
    },
    busy(line("SELECT * FROM sales.order_items WHERE order_id = $1", 6_200_000, 9.93, 1_100.0, 0.98), 187.0, 10.1),
    busy(line("SELECT price FROM catalog.prices WHERE product_id = $1", 88_100_000, 0.466, 402.0, 1.0), 2_660.0, 0.471),
    Line {
        wal: 690.0,
        ..busy(
            line(
                "INSERT INTO sales.payments (order_id, amount, method) VALUES ($1, $2, $3)",
                3_310_000,
                9.30,
                3_770.0,
                0.97,
            ),
            100.0,
            9.11,
        )
    },
    Line { blocks: 0.0, ..busy(line("SELECT 1", 120_000_000, 0.171, 96.0, 1.0), 3_620.0, 0.169) },
    Line {
        rows: 30.0,
        blocks: 410_000.0,
        roles: &[("reports", 1.0)],
        ..line(
            "SELECT date_trunc($1, placed_at), sum(total) FROM sales.orders GROUP BY 1",
            1_440,
            14_200.0,
            44_800.0,
            0.22,
        )
    },
    Line {
        rows: 20.0,
        blocks: 14_000.0,
        roles: &[("crm", 1.0)],
        ..busy(
            line("SELECT id, subject FROM crm.tickets WHERE body LIKE $1 LIMIT $2", 22_000, 931.0, 4_400.0, 0.88),
            0.7,
            1_020.0,
        )
    },
];

const OTHERS: i64 = 1_204;

/// The shop's counters, `after` some time since connect.
#[derive(Clone, Debug, Default)]
pub struct Shop {
    /// Somebody resets all counters at this time.
    pub reset: Option<Duration>,
}

impl Shop {
    pub fn read(&self, of: &StatementsOf, after: Duration) -> StatementsRead {
        let since_reset = self.reset.filter(|reset| *reset <= after).map(|reset| after.saturating_sub(reset));
        let mut statements = shop_statements(of, since_reset.unwrap_or(after));
        statements.read_at =
            shop_now().checked_add(SignedDuration::try_from(after).unwrap_or_default()).unwrap_or(shop_now());
        if since_reset.is_some() {
            let base = shop_statements(of, Duration::ZERO);
            for (one, old) in statements.all.iter_mut().zip(&base.all) {
                (one.calls, one.total_ns) = (one.calls - old.calls, one.total_ns - old.total_ns);
            }
            statements.all.retain(|one| one.calls > 0);
            statements.list.clear();
            statements.since = Known::Ready(Since { at: statements.read_at, began: Began::Reset });
        }
        Known::Ready(statements).into()
    }
}

fn key(n: usize) -> StatementKey {
    StatementKey(0x7f3a_0000_0000_c1e9_i64.wrapping_add((n as i64).wrapping_mul(0x0113_5b17_9d3f_0001)))
}

/// The answer at that time since connect.
pub fn shop_statements(of: &StatementsOf, after: Duration) -> Statements {
    let minutes = after.as_secs_f64() / 60.0;
    let named: Vec<Statement> = LINES.iter().enumerate().map(|(n, line)| statement(n, line, minutes)).collect();
    let mut all: Vec<Brief> = named
        .iter()
        .map(|one| Brief {
            key: one.key,
            calls: one.counters.calls.get().unwrap_or(0),
            total_ns: one.counters.total_ns.get().unwrap_or(0),
        })
        .collect();
    // The others take 13 % of the time together, the ten 87 %.
    let ten: i64 = all.iter().map(|brief| brief.total_ns).sum();
    let rest = (ten as f64 * 13.0 / 87.0) as i64 / OTHERS;
    all.extend((0..OTHERS).map(|n| Brief { key: key(100 + n as usize), calls: 40 + n, total_ns: rest }));
    let mut statements = Statements {
        source: StatementSource::PgStatStatements { version: "1.10".into(), schema: "public".into() },
        all,
        list: named,
        entries: 10 + OTHERS,
        capacity: Num::from(5_000),
        evicted: Num::ZERO,
        lost: None,
        hidden: None,
        since: Known::Ready(Since {
            at: shop_now().checked_sub(SignedDuration::from_hours(23 * 24)).unwrap_or(shop_now()),
            began: Began::Reset,
        }),
        read_at: shop_now(),
        identity: 1,
        newest: Some("1.10".into()),
        counted: Counted {
            planning: false,
            io_time: true,
            wal: true,
            jit: true,
            stddev: true,
            quantiles: false,
            blocks: true,
            scans: false,
            first_seen: false,
        },
        notes: Vec::new(),
    };
    statements.sort();
    let top = of.top as usize;
    let mut n = 0;
    statements.list.retain(|one| {
        n += 1;
        n <= top || of.keys.contains(&one.key)
    });
    statements
}

fn statement(n: usize, line: &Line, minutes: f64) -> Statement {
    let new = (line.calls_per_min * minutes).round();
    // The dearest grows slower from 402 ms on, so that its mean over twelve minutes is the one of the screen.
    let slope = (minutes / 12.0).min(1.5);
    let now_ms = if n == 0 { 402.0 + (line.now_ms - 402.0) * slope } else { line.now_ms };
    let calls = line.calls as f64 + new;
    let total = (line.calls as f64 * line.mean_ms + new * now_ms) * MS;
    // The cache empties with it.
    let cache = if n == 0 { line.cache - 0.33 * slope.min(1.0) } else { line.cache };
    let hit = line.blocks * (line.calls as f64 * line.cache + new * cache);
    let blocks = |count: f64| Num::from((count * BLOCK as f64) as i64);
    let (calls, total_ns) = (calls as i64, total as i64);
    let share = |part: f64, of: i64| (of as f64 * part).round() as i64;
    Statement {
        key: key(n),
        id: key(n).0.to_string(),
        text: Known::NotYet,
        database: Some("shop".into()),
        roles: line
            .roles
            .iter()
            .map(|(role, part)| RoleShare {
                role: (*role).into(),
                calls: share(*part, calls),
                total_ns: share(*part, total_ns),
            })
            .collect(),
        toplevel: Some(true),
        first_seen: Num::UNKNOWN,
        last_seen: Num::UNKNOWN,
        counters: Counters {
            calls: calls.into(),
            total_ns: total_ns.into(),
            min_ns: Num::from((line.mean_ms * 0.1 * MS) as i64),
            max_ns: Num::from((line.max_ms * MS) as i64),
            stddev_ns: Num::from((line.stddev_ms * MS) as i64),
            rows: Num::from((line.rows * calls as f64) as i64),
            shared_hit: blocks(hit),
            shared_read: blocks(line.blocks * calls as f64 - hit),
            shared_dirtied: Num::ZERO,
            shared_written: Num::ZERO,
            temp_read: Num::ZERO,
            temp_written: Num::ZERO,
            wal_bytes: Num::from((line.wal * calls as f64) as i64),
            jit_ns: Num::ZERO,
            jit_functions: Num::ZERO,
            ..Counters::default()
        },
    }
}

/// Texts of these; one statement is of a role whose texts are hidden.
pub fn shop_statement_texts(keys: &[StatementKey]) -> StatementTexts {
    let text = |text: String| Known::Ready(StatementText { text: text.into(), cut: false, sample: None });
    let named = LINES.iter().enumerate().map(|(n, line)| (key(n), text(line.text.into())));
    let others = (0..OTHERS).map(|n| (key(100 + n as usize), text(format!("SELECT {n}"))));
    StatementTexts { list: named.chain(others).filter(|(known, _)| keys.contains(known)).collect() }
}

/// The extension is on the server, but not in this database.
pub fn shop_remedy() -> StatementsRead {
    StatementsRead {
        known: Known::unsupported(
            "pg_stat_statements counts on this server, but the extension is not in the database shop",
        ),
        remedy: Some(Remedy {
            steps: vec![
                Step {
                    what: "CREATE EXTENSION pg_stat_statements;".into(),
                    place: "in the database shop, by a role with CREATE on it".into(),
                },
                Step {
                    what: "GRANT pg_read_all_stats TO app_ro;".into(),
                    place: "else this role sees no text of other users".into(),
                },
            ],
            checked: vec![
                ("shared_preload_libraries has it".into(), Some(true)),
                ("extension in this database".into(), Some(false)),
                ("role app_ro sees all texts".into(), Some(false)),
            ],
        }),
        slow_log: None,
    }
}

/// One look at what runs, `n` looks after the first.
pub fn shop_running(n: u32) -> Running {
    let one = |session: i64, text: Option<&str>, us: i64| RunningStatement {
        session,
        text: match text {
            Some(text) => Known::Ready(StatementText { text: text.into(), cut: false, sample: None }),
            None => {
                Known::denied("the text of another role's statement is hidden", "GRANT pg_read_all_stats TO app_ro")
            }
        },
        id: None,
        database: Some("shop".into()),
        user: Some("api".into()),
        application: Some("storefront".into()),
        runs_us: Num::from(us),
    };
    let mut list = vec![one(4_711, Some(LINES[1].text), 1_000_000 * i64::from(n))];
    if !n.is_multiple_of(4) {
        list.push(one(4_712, Some(LINES[0].text), 1_700_000));
        list.push(one(4_713, Some(LINES[0].text), 1_700_000));
    }
    if n.is_multiple_of(5) {
        list.push(one(4_714, Some(LINES[6].text), 300_000));
    }
    if n.is_multiple_of(10) {
        list.push(one(4_715, None, 5_000));
    }
    let at = shop_now().checked_add(SignedDuration::from_secs(i64::from(n))).unwrap_or(shop_now());
    Running { list, at, notes: Vec::new() }
}
