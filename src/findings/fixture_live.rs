//! The live facts of a database written by hand; times are seconds ago, a line makes its fact known.
//!
//! ```text
//! live                                 (every live fact is known and empty)
//! session 12 idle_in_transaction xact=600 changed=600 query=600 user=app app=shop client=10.0.0.1:5 xmin=1000 hidden
//! session 13 active query=30 by=12 since=30 on=public.t mode=AccessExclusiveLock doubt
//! session 14 walsender xmin=1000       (also autovacuum, background)
//! prepared left since=600 xid=5
//! hold slot1 xmin=5000
//! vitals connections=95 max=100 deadlocks=3 days=4 archive=on failed=10 archived=20
//! standby s1 streaming lag=3 behind=1000        channel c1 broken lag=30 reason=error_1062
//! slot old inactive retained=2000000000 wal=lost since=3600 reason=wal_removed
//! receiver p streaming      subscription sub stopped
//! replica read_only=off age=120 behind=0
//! set fsync off default=on pending source=default
//! horizon shop xid=5 mxid=6            oldest public.t xid=5 mxid=6 toast       freeze 200000000
//! sequence public.q last=5 max=100 min=1 step=1 feeds=t.id:int4 cycle hidden
//! counter public.t last=5 max=127 type=tinyint
//! account ada superuser nologin until=3600 bypass files password=none anonymous anyhost locked plugin=x expired
//!         lifetime=90
//! create_in public      definer public.f(int) owner=ada super public      everybody public.t INSERT
//! guard x.d own ALL to=PUBLIC using=true check=a~=~1 restrictive unread     (`~` stands for a blank)
//! acts ada owner=boss above            (may log in and has the rights of an owner of tables with policies)
//! open x.v over=x.d owner=boss readers=app told
//! hba 7 host all all 10.0.0.0/8 trust          (line, kind, databases, users, address or -, method)
//! extends hstore 1.4 newest=1.8 in=public fixed
//! sorts shop was=2.31 is=2.36            (or indexes=3 for a collation of its own)
//! bare x.t identity=d publication=p candidate=t_k keyed
//! zone Europe/Berlin
//! file pages=10 free=5 size=4096 mode=wal wal=100 hot faults=2 unwalked
//! orphan child parent rows=3
//! ```

use super::fixture::{says, value};
use crate::model::{
    Account, Accounts, Activity, Backend, BackendKind, CollationDrift, Counter, CounterKind, Counting, DatabaseAge,
    Definer, ExtensionState, Feeds, HbaRule, Horizons, Integrity, Known, Live, LockWait, Note, Num, OpenView, Orphans,
    Peer, PeerKind, Phase, PolicyText, Prepared, Protection, PublicGrant, Replication, RlsOwner, SlotHold, TableAge,
    Unidentified, Upkeep, Variable, Variables, Vitals,
};
use jiff::{SignedDuration, Timestamp};
use std::collections::BTreeMap;
use std::sync::Arc;

#[derive(Default)]
pub struct Draft {
    lines: Vec<(String, Vec<String>)>,
}

/// The words of each fact.
const WORDS: [(&str, &[&str]); 10] = [
    ("activity", &["session", "prepared", "hold"]),
    ("vitals", &["vitals"]),
    ("replication", &["standby", "slot", "receiver", "subscription", "channel", "replica"]),
    ("settings", &["set"]),
    ("horizons", &["horizon", "oldest", "freeze"]),
    ("counting", &["sequence", "counter"]),
    ("accounts", &["account", "create_in", "definer", "everybody", "readable"]),
    ("protection", &["guard", "acts", "open"]),
    ("upkeep", &["hba", "extends", "sorts", "bare", "zone"]),
    ("integrity", &["file", "orphan"]),
];

impl Draft {
    /// True for a word of these.
    pub fn line(&mut self, word: &str, rest: &str) -> bool {
        self.lines.push((word.to_owned(), rest.split_whitespace().map(str::to_owned).collect()));
        word == "live" || WORDS.iter().any(|(_, words)| words.contains(&word))
    }

    pub fn build(&self, now: Timestamp, denied: &BTreeMap<String, String>, number: &dyn Fn(&str) -> i64) -> Live {
        let known = |part: &str| {
            let words = WORDS.iter().find(|(name, _)| *name == part).unwrap().1;
            self.lines.iter().any(|(word, _)| word == "live" || words.contains(&word.as_str()))
        };
        fn of<T>(part: &str, known: bool, denied: &BTreeMap<String, String>, value: T) -> Known<Arc<T>> {
            match denied.get(part) {
                Some(grant) => Known::denied(format!("{part} is hidden"), grant.clone()),
                None if known => Known::Ready(Arc::new(value)),
                None => Known::NotYet,
            }
        }
        Live {
            activity: of("activity", known("activity"), denied, self.activity(now, denied)),
            vitals: of("vitals", known("vitals"), denied, self.vitals(now)),
            replication: of("replication", known("replication"), denied, self.replication(now)),
            settings: of("settings", known("settings"), denied, self.settings()),
            horizons: of("horizons", known("horizons"), denied, self.horizons()),
            counting: of("counting", known("counting"), denied, self.counting()),
            accounts: of("accounts", known("accounts"), denied, self.accounts(now, denied)),
            protection: of("protection", known("protection"), denied, self.protection(number)),
            upkeep: of("upkeep", known("upkeep"), denied, self.upkeep(number, denied)),
            integrity: of("integrity", known("integrity"), denied, self.integrity()),
        }
    }

    fn of(&self, word: &str) -> impl Iterator<Item = &Vec<String>> {
        self.lines.iter().filter(move |(it, _)| it == word).map(|(_, words)| words)
    }

    fn activity(&self, now: Timestamp, denied: &BTreeMap<String, String>) -> Activity {
        let ago = |words: &[String], key: &str| ago(now, words, key);
        let mut out = Activity::new(now);
        let mut waits = Vec::new();
        for words in self.of("session") {
            let pid = words[0].parse().unwrap();
            let kinds = [
                ("walsender", BackendKind::Walsender),
                ("autovacuum", BackendKind::Autovacuum),
                ("background", BackendKind::Background),
            ];
            let kind = kinds.into_iter().find(|(word, _)| says(words, word)).map_or(BackendKind::Client, |it| it.1);
            let phases =
                [("active", Phase::Active), ("idle", Phase::Idle), ("idle_in_transaction", Phase::IdleInTransaction)];
            let phase = phases.into_iter().find(|(word, _)| says(words, word));
            out.backends.push(Backend {
                pid,
                kind,
                phase: phase.map_or(Phase::Other, |it| it.1),
                state: phase.map(|it| it.0.replace('_', " ")),
                user: value(words, "user"),
                client: value(words, "client"),
                application: value(words, "app"),
                started: ago(words, "started").or(Some(now)),
                xact_started: ago(words, "xact"),
                query_started: ago(words, "query"),
                state_changed: ago(words, "changed"),
                query: value::<String>(words, "text").map(|text| text.replace('_', " ")),
                xmin_age: Num::new(value(words, "xmin")),
                hidden: says(words, "hidden"),
                ..Backend::default()
            });
            let by: Option<String> = value(words, "by");
            if by.is_some() || says(words, "waits") {
                waits.push(LockWait {
                    pid,
                    blocked_by: by.iter().flat_map(|by| by.split(',')).map(|pid| pid.parse().unwrap()).collect(),
                    doubt: says(words, "doubt").then(|| "nobody records it".to_owned()),
                    waits_for: Some("relation".into()),
                    lock_mode: value(words, "mode"),
                    relation: value(words, "on"),
                    since: ago(words, "since"),
                });
            }
        }
        out.backends.sort_by_key(|it| it.pid);
        waits.sort_by_key(|it| it.pid);
        out.waits = match denied.get("waits") {
            Some(grant) => Known::denied("who waits is hidden", grant.clone()),
            None => Known::Ready(waits),
        };
        if out.hidden() > 0 || denied.contains_key("waits") {
            out.notes.push(Note::denied("what others do is hidden", "GRANT pg_read_all_stats TO me"));
        }
        let prepared = self.of("prepared").map(|words| Prepared {
            name: words[0].clone(),
            owner: None,
            database: None,
            since: ago(words, "since"),
            xid_age: Num::new(value(words, "xid")),
        });
        out.prepared = Known::Ready(prepared.collect());
        out.slots = self
            .of("hold")
            .map(|words| SlotHold {
                name: words[0].clone(),
                active: !says(words, "inactive"),
                xmin_age: Num::new(value(words, "xmin")),
                catalog_xmin_age: Num::UNKNOWN,
            })
            .collect();
        out
    }

    fn vitals(&self, now: Timestamp) -> Vitals {
        let mut out = Vitals::new(now);
        let none = Vec::new();
        let words = self.of("vitals").next().unwrap_or(&none);
        let num = |key: &str| Num::new(value(words, key));
        let since = value::<f64>(words, "days")
            .map(|days| now.checked_sub(SignedDuration::from_secs((days * 86_400.0) as i64)).unwrap());
        (out.since, out.shared_since, out.started) = (since, since, since);
        out.connections = num("connections");
        out.max_connections = num("max");
        out.reserved = Num::new(value(words, "reserved").or(Some(0)));
        out.most_connections = num("most");
        out.database_limit = num("database_max");
        out.database_connections = num("database");
        out.history_length = num("history");
        out.archive_mode = value(words, "archive");
        out.last_archived = ago(now, words, "archived");
        out.last_archive_failure = ago(now, words, "failed");
        out.standby = Some(says(words, "standby"));
        let counters = &mut out.counters;
        for (key, slot) in [
            ("commits", &mut counters.commits),
            ("rollbacks", &mut counters.rollbacks),
            ("hit", &mut counters.blocks_hit),
            ("read", &mut counters.blocks_read),
            ("temp_files", &mut counters.temp_files),
            ("temp_bytes", &mut counters.temp_bytes),
            ("temp_tables", &mut counters.temp_tables),
            ("deadlocks", &mut counters.deadlocks),
            ("checksum_failures", &mut counters.checksum_failures),
            ("sessions", &mut counters.sessions),
            ("timed", &mut counters.checkpoints_timed),
            ("requested", &mut counters.checkpoints_requested),
            ("fsyncs", &mut counters.backend_fsyncs),
            ("archive_failures", &mut counters.archive_failed),
        ] {
            *slot = num(key);
        }
        out
    }

    fn replication(&self, now: Timestamp) -> Replication {
        let mut out = Replication::default();
        for (word, kind) in [
            ("standby", PeerKind::Standby),
            ("slot", PeerKind::Slot),
            ("receiver", PeerKind::Receiver),
            ("subscription", PeerKind::Subscription),
            ("channel", PeerKind::Channel),
        ] {
            for words in self.of(word) {
                let stopped = says(words, "inactive") || says(words, "stopped") || says(words, "broken");
                out.peers.push(Peer {
                    state: words.get(1).cloned().filter(|_| !says(words, "hidden")),
                    active: Some(!stopped),
                    replay_lag: Num::new(value::<i64>(words, "lag").map(|lag| lag * 1_000_000)),
                    behind_bytes: Num::new(value(words, "behind")),
                    retained_bytes: Num::new(value(words, "retained")),
                    wal_status: value(words, "wal"),
                    since: ago(now, words, "since"),
                    reason: value(words, "reason"),
                    delay: Num::new(value::<i64>(words, "delay").map(|delay| delay * 1_000_000)),
                    broken: says(words, "broken"),
                    ..Peer::new(kind, words[0].clone())
                });
            }
        }
        if let Some(words) = self.of("replica").next() {
            out.standby = true;
            out.read_only = value::<String>(words, "read_only").map(|text| text == "on");
            out.replay_age = Num::new(value::<i64>(words, "age").map(|age| age * 1_000_000));
            out.replay_behind = Num::new(value(words, "behind"));
        }
        out.sort();
        out
    }

    fn settings(&self) -> Variables {
        let one = |words: &Vec<String>| Variable {
            name: words[0].clone(),
            value: words.get(1).map(|text| text.replace("''", "")),
            default: value(words, "default"),
            source: value(words, "source"),
            pending_restart: Some(says(words, "pending")),
            ..Variable::default()
        };
        let mut out = Variables { list: self.of("set").map(one).collect(), notes: Vec::new() };
        out.sort();
        out
    }

    fn horizons(&self) -> Horizons {
        let age = |words: &[String], key: &str| value(words, key).unwrap_or(0);
        let freeze = self.of("freeze").next().map_or(200_000_000, |words| words[0].parse().unwrap());
        Horizons {
            databases: self
                .of("horizon")
                .map(|words| DatabaseAge {
                    name: words[0].clone(),
                    xid_age: age(words, "xid"),
                    mxid_age: age(words, "mxid"),
                    connectable: !says(words, "template"),
                })
                .collect(),
            tables: self
                .of("oldest")
                .map(|words| {
                    let (schema, name) = words[0].split_once('.').unwrap();
                    TableAge {
                        schema: schema.into(),
                        name: name.into(),
                        toast: says(words, "toast"),
                        xid_age: age(words, "xid"),
                        mxid_age: age(words, "mxid"),
                    }
                })
                .collect(),
            freeze_max_age: freeze,
            mxid_freeze_max_age: 2 * freeze,
            autovacuum: true,
        }
    }

    fn counting(&self) -> Counting {
        let mut out = Counting::default();
        for (word, kind) in [("sequence", CounterKind::Sequence), ("counter", CounterKind::Column)] {
            for words in self.of(word) {
                let (schema, name) = words[0].split_once('.').unwrap();
                let increment = value(words, "step").unwrap_or(1);
                let feeds = value::<String>(words, "feeds").map(|text| {
                    let (column, type_name) = text.split_once(':').unwrap();
                    let (table, column) = column.split_once('.').unwrap();
                    let limit = match type_name {
                        "int2" => Some(i128::from(i16::MAX)),
                        "int4" => Some(i128::from(i32::MAX)),
                        "int8" => Some(i128::from(i64::MAX)),
                        _ => None,
                    };
                    Feeds {
                        schema: schema.into(),
                        table: table.into(),
                        column: column.into(),
                        type_name: type_name.into(),
                        limit,
                    }
                });
                let max = value(words, "max").unwrap_or(i128::from(i64::MAX));
                let own = Feeds {
                    schema: schema.into(),
                    table: name.into(),
                    column: "id".into(),
                    type_name: value(words, "type").unwrap_or_else(|| "int".into()),
                    limit: Some(max),
                };
                out.list.push(Counter {
                    kind,
                    schema: schema.into(),
                    name: name.into(),
                    feeds: feeds.or((kind == CounterKind::Column).then_some(own)),
                    last: value(words, "last"),
                    min: value(words, "min").unwrap_or(1),
                    max,
                    increment,
                    cycle: says(words, "cycle"),
                    hidden: says(words, "hidden"),
                });
            }
        }
        if out.list.iter().any(|it| it.hidden) {
            out.notes.push(Note::denied("some are hidden", "GRANT SELECT ON ALL SEQUENCES IN SCHEMA public TO me"));
        }
        out
    }

    fn accounts(&self, now: Timestamp, denied: &BTreeMap<String, String>) -> Accounts {
        let account = |words: &Vec<String>| Account {
            name: words[0].clone(),
            superuser: says(words, "superuser"),
            bypass_rls: says(words, "bypass"),
            create_role: says(words, "createrole"),
            login: !says(words, "nologin"),
            valid_until: ago(now, words, "until").map(|at| now + (now - at)),
            dangerous: says(words, "files").then(|| "FILE".to_owned()),
            plugin: value(words, "plugin"),
            anonymous: says(words, "anonymous"),
            no_password: says(words, "password=none"),
            any_host: says(words, "anyhost"),
            locked: says(words, "locked"),
            expired: says(words, "expired"),
            lifetime: value(words, "lifetime"),
        };
        let public = |words: &Vec<String>| {
            let (schema, name) = words[0].split_once('.').unwrap();
            PublicGrant {
                schema: schema.into(),
                name: Some(name.to_owned()).filter(|name| name != "*"),
                privileges: words[1..].join(", "),
                grantee: "PUBLIC".into(),
            }
        };
        let named = |words: &[String]| {
            let (schema, name) = words[0].split_once('.').unwrap();
            (schema.to_owned(), name.to_owned())
        };
        Accounts {
            list: match denied.get("list") {
                Some(grant) => Known::denied("accounts are hidden", grant.clone()),
                None => Known::Ready(self.of("account").map(account).collect()),
            },
            public_create: self.of("create_in").map(|words| words[0].clone()).collect(),
            definers: self
                .of("definer")
                .map(|words| {
                    let (schema, name) = named(words);
                    Definer {
                        schema,
                        name,
                        procedure: false,
                        owner: value(words, "owner").unwrap_or_default(),
                        owner_is_superuser: says(words, "super"),
                        public_may_run: says(words, "public"),
                    }
                })
                .collect(),
            public_grants: match denied.get("grants") {
                Some(grant) => Known::denied("rights are hidden", grant.clone()),
                None => Known::Ready(self.of("everybody").map(public).collect()),
            },
            public_reads: self
                .of("readable")
                .map(|words| {
                    let (schema, name) = named(words);
                    PublicGrant { schema, name: Some(name), privileges: "SELECT".into(), grantee: "PUBLIC".into() }
                })
                .collect(),
            notes: Vec::new(),
        }
    }

    fn protection(&self, number: &dyn Fn(&str) -> i64) -> Protection {
        let text = |words: &[String], key: &str| value::<String>(words, key).map(|text| text.replace('~', " "));
        let list = |words: &[String], key: &str| -> Vec<String> {
            text(words, key).iter().flat_map(|text| text.split(',')).map(str::to_owned).collect()
        };
        let commands = ["ALL", "SELECT", "INSERT", "UPDATE", "DELETE"];
        let policy = |words: &Vec<String>| PolicyText {
            table: number(&words[0]),
            name: words[1].clone(),
            command: commands.into_iter().find(|command| *command == words[2]).unwrap(),
            permissive: !says(words, "restrictive"),
            roles: list(words, "to"),
            using: text(words, "using"),
            check: text(words, "check"),
            unread: says(words, "unread"),
        };
        let view = |words: &Vec<String>| OpenView {
            view: number(&words[0]),
            owner: text(words, "owner").unwrap(),
            tables: list(words, "over").iter().map(|name| number(name)).collect(),
            readers: list(words, "readers"),
            told: says(words, "told"),
        };
        let owner = |words: &Vec<String>| RlsOwner {
            name: text(words, "owner").unwrap(),
            above: says(words, "above"),
            actors: vec![words[0].clone()],
        };
        Protection {
            policies: self.of("guard").map(policy).collect(),
            left: 0,
            owners: self.of("acts").map(owner).collect(),
            views: self.of("open").map(view).collect(),
        }
    }

    fn upkeep(&self, number: &dyn Fn(&str) -> i64, denied: &BTreeMap<String, String>) -> Upkeep {
        let list = |text: &str| text.split(',').map(str::to_owned).collect();
        let hba = |words: &Vec<String>| HbaRule {
            line: words[0].parse().unwrap(),
            kind: words[1].clone(),
            databases: list(&words[2]),
            users: list(&words[3]),
            address: Some(words[4].clone()).filter(|text| text != "-").map(|text| bare_address(&text)),
            netmask: mask(&words[4]),
            method: words[5].clone(),
            ..HbaRule::default()
        };
        let extension = |words: &Vec<String>| ExtensionState {
            name: words[0].clone(),
            version: words[1].clone(),
            newest: value(words, "newest"),
            schema: value(words, "in").unwrap_or_else(|| "ext".into()),
            relocatable: !says(words, "fixed"),
        };
        let drift = |words: &Vec<String>| {
            let indexes = value::<i64>(words, "indexes");
            CollationDrift {
                database: indexes.is_none().then(|| words[0].clone()),
                collation: indexes.is_some().then(|| words[0].clone()),
                was: value(words, "was").unwrap(),
                is: value(words, "is").unwrap(),
                indexes,
            }
        };
        let bare = |words: &Vec<String>| Unidentified {
            table: number(&words[0]),
            identity: value(words, "identity").unwrap_or('d'),
            publications: value::<String>(words, "publication").into_iter().collect(),
            has_key: says(words, "keyed"),
            candidate: value(words, "candidate"),
        };
        Upkeep {
            hba: match denied.get("hba") {
                Some(grant) => Known::denied("pg_hba.conf is hidden", grant.clone()),
                None => Known::Ready(self.of("hba").map(hba).collect()),
            },
            extensions: self.of("extends").map(extension).collect(),
            collations: self.of("sorts").map(drift).collect(),
            unidentified: self.of("bare").map(bare).collect(),
            cut: false,
            time_zone: match denied.get("zone") {
                Some(grant) => Known::denied("the time zone is hidden", grant.clone()),
                None => Known::Ready(self.of("zone").next().map_or("UTC".into(), |words| words[0].clone())),
            },
        }
    }

    fn integrity(&self) -> Integrity {
        let none = Vec::new();
        let words = self.of("file").next().unwrap_or(&none);
        let faults = value::<usize>(words, "faults").unwrap_or(0);
        let orphan = |words: &Vec<String>| Orphans {
            table: words[0].clone(),
            parent: words[1].clone(),
            rows: value(words, "rows").unwrap(),
            sample: vec![1],
        };
        Integrity {
            faults: match says(words, "unwalked") {
                true => Known::unsupported("the file was not walked"),
                false => Known::Ready((0..faults).map(|n| format!("Tree {n} page 2: btreeInitPage() error")).collect()),
            },
            orphans: Known::Ready(self.of("orphan").map(orphan).collect()),
            page_size: value(words, "size").unwrap_or(4096),
            pages: value(words, "pages").unwrap_or(0),
            free_pages: value(words, "free").unwrap_or(0),
            journal_mode: value(words, "mode").or(Some("delete".into())),
            wal_bytes: value(words, "wal"),
            hot_journal: says(words, "hot"),
            auto_vacuum: says(words, "auto_vacuum"),
            notes: Vec::new(),
        }
    }
}

fn ago(now: Timestamp, words: &[String], key: &str) -> Option<Timestamp> {
    let seconds: f64 = value(words, key)?;
    now.checked_sub(SignedDuration::from_millis((seconds * 1000.0) as i64)).ok()
}

/// `10.0.0.0` of `10.0.0.0/8`.
fn bare_address(text: &str) -> String {
    text.split_once('/').map_or(text, |(address, _)| address).to_owned()
}

/// `255.0.0.0` of `10.0.0.0/8`, as the server writes it.
fn mask(text: &str) -> Option<String> {
    let (address, bits) = text.split_once('/')?;
    let bits: u32 = bits.parse().unwrap();
    Some(match address.contains(':') {
        true => core::net::Ipv6Addr::from(u128::MAX.checked_shl(128 - bits).unwrap_or(0)).to_string(),
        false => core::net::Ipv4Addr::from(u32::MAX.checked_shl(32 - bits).unwrap_or(0)).to_string(),
    })
}
