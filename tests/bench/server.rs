//! What the server tells of the sessions of the measured program.

use super::common::Session;
use super::process;
use std::collections::HashSet;
use url::Url;

/// Looks from another database, so that its own statements are not counted.
pub struct Watch {
    session: Session,
    /// Where the extension is; `None` where it is not.
    counters: Option<Session>,
    database: String,
    postgres: bool,
    before: HashSet<u32>,
}

impl Watch {
    pub fn open(url: &str) -> Result<Self, String> {
        let mut parsed = Url::parse(url).map_err(|error| error.to_string())?;
        let database = parsed.path().trim_start_matches('/').to_owned();
        let postgres = url.starts_with("postgres");
        parsed.set_path(if postgres { "postgres" } else { "mysql" });
        let session = Session::open(parsed.as_str())?;
        let candidates = [parsed.as_str(), url];
        let counters = candidates.iter().filter(|_| postgres).find_map(|url| {
            let mut session = Session::open(url).ok()?;
            session.try_rows("select count(*) from pg_stat_statements").ok().map(|_| session)
        });
        let mut watch = Self { session, counters, database, postgres, before: HashSet::new() };
        watch.before = watch.ids()?.into_iter().collect();
        Ok(watch)
    }

    fn ids(&mut self) -> Result<Vec<u32>, String> {
        let name = self.database.replace('\'', "''");
        let query = match self.postgres {
            true => format!(
                "select pid from pg_stat_activity where datname = '{name}' and application_name like 'dblens/bench@%'"
            ),
            false => format!("select id from information_schema.processlist where db = '{name}'"),
        };
        let rows = self.session.try_rows(&query)?;
        Ok(rows.into_iter().flatten().flatten().filter_map(|id| id.parse().ok()).collect())
    }

    /// Sessions that were not there when the watch began.
    pub fn sessions(&mut self) -> Result<Vec<u32>, String> {
        let ids = self.ids()?;
        Ok(ids.into_iter().filter(|id| !self.before.contains(id)).collect())
    }

    /// Statements that the server ran in this database so far, without the one that asks.
    pub fn statements(&mut self) -> Option<f64> {
        let query = format!(
            "select coalesce(sum(s.calls), 0) from pg_stat_statements s join pg_database d on d.oid = s.dbid
              where d.datname = '{}' and s.query not like '%pg_stat_statements%'",
            self.database.replace('\'', "''")
        );
        let rows = self.counters.as_mut()?.try_rows(&query).ok()?;
        rows.first()?.first()?.as_ref()?.parse().ok()
    }

    /// The largest of these backends beyond a fresh one, MB, and the fresh one.
    pub fn growth(&mut self, url: &str, backends: &[u32]) -> Option<(f64, f64)> {
        if !self.postgres {
            return None;
        }
        let mut fresh = Session::open(url).ok()?;
        let pid = fresh.try_rows("select pg_backend_pid()").ok()?.first()?.first()?.as_ref()?.parse().ok()?;
        let base = process::own(pid, "postgres")?;
        let largest = backends.iter().filter_map(|pid| process::own(*pid, "postgres")).fold(0.0, f64::max);
        (largest > 0.0).then_some((largest - base, base))
    }
}
