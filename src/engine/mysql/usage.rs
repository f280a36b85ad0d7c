//! Use of tables and indexes since the server started: rows, not scans.

use super::Session;
use super::flavor::sql;
use super::indexes::index_key;
use super::names::Lookup;
use crate::engine::error::{ErrorKind, Result};
use crate::model::{Began, Catalog, Identity, IndexUse, Known, Note, Num, ScanUnit, TableUse, Usage, Window};
use jiff::SignedDuration;
use std::collections::HashMap;

impl Session {
    pub async fn read_usage_of(&mut self, catalog: &Catalog) -> Result<Known<Usage>> {
        let mut usage = Usage { unit: ScanUnit::Rows, ..Usage::unknown() };
        let who = self.whoami().await?;
        let now = who.now;
        usage.identity = Identity { database: who.database, ..self.identity().await? };
        let (uptime, _) = self.status().await?;
        usage.window = match uptime.and_then(|seconds| now.checked_sub(SignedDuration::from_secs(seconds)).ok()) {
            Some(since) => Known::Ready(Window {
                since,
                until: now,
                began: Began::Restart,
                asked: Vec::new(),
                not_asked: Vec::new(),
                standbys: None,
            }),
            None => Known::unsupported("since when the counters count: the server does not tell its uptime"),
        };
        self.index_counters(catalog, &mut usage).await?;
        if !self.settings.performance_schema && self.settings.userstat && self.came_late().await? {
            usage.window = Known::unsupported(
                "since when the counters count: userstat was switched on while the server ran, which leaves no time \
                 (put it into the option file, or look again: what was seen from here counts)",
            );
        }
        self.table_counters(catalog, &mut usage).await?;
        Ok(Known::Ready(usage))
    }

    /// True when a session switched userstat on, not the option file.
    async fn came_late(&mut self) -> Result<bool> {
        let mut late = false;
        self.optional(&sql!("userstat_origin.sql"), |row| {
            late = row.opt(0)?.is_some_and(|origin| origin.eq_ignore_ascii_case("SQL"));
            Ok(())
        })
        .await?;
        Ok(late)
    }

    /// Without the database, which the session knows.
    async fn identity(&mut self) -> Result<Identity> {
        let mut variables = HashMap::new();
        self.optional(&sql!("identity.sql"), |row| {
            variables.insert(row.text(0)?.to_lowercase(), row.text(1)?.into_owned());
            Ok(())
        })
        .await?;
        let uuid = variables.remove("server_uuid").filter(|text| !text.is_empty());
        let place = || {
            let part = |name: &str| variables.get(name).map(String::as_str);
            Some([part("hostname")?, part("port")?, part("datadir")?].join(" "))
        };
        let role = self.role().await?;
        Ok(Identity {
            engine: Some(self.settings.flavor.engine),
            instance: uuid.clone().or_else(place),
            own: uuid.or_else(|| variables.get("server_id").cloned()),
            follows: role.sources.as_ref().map(|sources| !sources.is_empty()),
            sources: role.sources,
            ..Identity::default()
        })
    }

    async fn index_counters(&mut self, catalog: &Catalog, usage: &mut Usage) -> Result<()> {
        let Some(indexes) = catalog.indexes.value() else {
            usage.indexes = catalog.indexes.clone().map(|_| Vec::new());
            return Ok(());
        };
        let mut fetched = HashMap::new();
        usage.indexes = match self.counters(&catalog.relations, &mut fetched).await? {
            Err(why) => why,
            Ok(complete) => {
                let uses = indexes.list.iter().map(|index| {
                    // FULLTEXT is never counted.
                    let counted = indexes.names.get(index.method) != "fulltext";
                    let count = fetched.get(&index_key(index.rel, indexes.names.get(index.name))).copied();
                    let scans = count.or(complete.then_some(0)).filter(|_| counted);
                    IndexUse { scans: Num::new(scans), ..IndexUse::default() }
                });
                Known::Ready(uses.collect())
            }
        };
        Ok(())
    }

    async fn table_counters(&mut self, catalog: &Catalog, usage: &mut Usage) -> Result<()> {
        let mut list = vec![TableUse::default(); catalog.relations.list.len()];
        let lookup = Lookup::new(&catalog.relations);
        if let (true, Known::Ready(_)) = (self.settings.performance_schema, &usage.indexes) {
            self.optional(&sql!("use_of_tables.sql"), |row| {
                let Some(rel) = lookup.find(&row.text(0)?, &row.text(1)?) else { return Ok(()) };
                let Some(slot) = list.get_mut(rel.0 as usize) else { return Ok(()) };
                let fetched = row.opt_int(3)?;
                let of = if row.opt(2)?.is_some() { &mut slot.idx_scans } else { &mut slot.seq_scans };
                add(of, fetched);
                add(&mut slot.inserts, row.opt_int(4)?);
                add(&mut slot.updates, row.opt_int(5)?);
                add(&mut slot.deletes, row.opt_int(6)?);
                slot.counted = true;
                Ok(())
            })
            .await?;
        }
        let refused = self
            .optional(&sql!("stats_times.sql"), |row| {
                let Some((rel, _)) = lookup.find_partition(&row.text(0)?, &row.text(1)?) else { return Ok(()) };
                let Some(slot) = list.get_mut(rel.0 as usize) else { return Ok(()) };
                let micros = row.text(2)?.parse::<f64>().ok().map(|seconds| (seconds * 1e6) as i64);
                slot.last_analyze = slot.last_analyze.greatest(micros.into());
                Ok(())
            })
            .await?;
        if refused.is_some_and(|error| error.kind == ErrorKind::Denied) {
            let grant = self.grant("SELECT ON mysql.innodb_table_stats").await?;
            usage.notes.push(Note::denied("when the statistics of tables were computed is not known", grant));
        }
        // Without counters the times of the statistics may still be known.
        usage.tables = Known::Ready(list);
        Ok(())
    }
}

fn add(sum: &mut Num, one: Option<i64>) {
    if let Some(one) = one {
        *sum = Num::from(sum.get().unwrap_or(0).saturating_add(one));
    }
}
