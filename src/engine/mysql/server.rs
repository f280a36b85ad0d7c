//! The server as it is now, and ending a statement of another session of ours.

use super::Session;
use super::flavor::{Variants, sql};
use super::rights;
use super::wire::is_on;
use crate::config::TlsMode;
use crate::engine::error::{Error, ErrorKind, Result};
use crate::engine::guard::Statement;
use crate::model::{Note, Role, Server};
use jiff::{SignedDuration, Timestamp};
use std::time::{Duration, Instant};

/// Asking for replication waits while an administrator starts or stops it, so not at every sign of life.
const ROLE_KEPT: Duration = Duration::from_secs(30);

pub(super) const REPLICA: Variants = Variants {
    mysql: &[(80_022, || sql!("replica_mysql.sql")), (0, || sql!("replica_mysql_57.sql"))],
    mariadb: &[(0, || sql!("replica_mariadb.sql"))],
};

/// The role and, where it could not be asked, why.
#[derive(Clone, Debug)]
pub struct RoleFact {
    role: Option<Role>,
    note: Option<Note>,
    /// What it replicates from: `server_uuid` (MySQL) or `server_id` (MariaDB) of each source.
    pub sources: Option<Vec<String>>,
}

pub struct Whoami {
    pub database: Option<String>,
    pub now: Timestamp,
}

impl Session {
    pub async fn read_server(&mut self) -> Result<Server> {
        let who = self.whoami().await?;
        let (uptime, tls_version) = self.status().await?;
        let role = self.role().await?;
        let started_at = uptime.and_then(|seconds| who.now.checked_sub(SignedDuration::from_secs(seconds)).ok());
        Ok(Server {
            engine: self.settings.flavor.engine,
            version: self.settings.version.clone(),
            version_num: self.settings.flavor.version,
            database: who.database,
            host: self.place.host.clone(),
            port: self.place.port,
            user: self.user.clone(),
            role: role.role,
            started_at,
            // Counters begin with the server; resetting them leaves no trace that could be read here.
            stats_since: started_at,
            provider: self.settings.provider.clone(),
            line: self.line(tls_version.as_deref()),
            pooled: false,
            session: Some(self.settings.session).filter(|session| *session != 0),
            now: who.now,
            notes: role.note.into_iter().collect(),
        })
    }

    /// Also learns the account of this session.
    pub async fn whoami(&mut self) -> Result<Whoami> {
        let mut who = None;
        let mut account = None;
        self.wire
            .rows(&sql!("whoami.sql"), |row| {
                account = row.opt(1)?.map(|text| text.into_owned());
                let now = timestamp(&row.text(3)?);
                who = now.map(|now| (row.opt(2).ok().flatten().map(|text| text.into_owned()), now));
                Ok(())
            })
            .await?;
        if let Some(account) = account {
            self.user = Some(account.rsplit_once('@').map_or(account.as_str(), |(user, _)| user).to_owned());
            self.account = Some(rights::account(&account));
        }
        let (database, now) =
            who.ok_or_else(|| Error::new(ErrorKind::Internal, "the server does not tell its time"))?;
        Ok(Whoami { database, now })
    }

    /// Seconds since the start, and the TLS version of this session.
    pub async fn status(&mut self) -> Result<(Option<i64>, Option<String>)> {
        let mut uptime = None;
        let mut version = None;
        self.wire
            .rows(&sql!("status.sql"), |row| {
                if row.text(0)?.eq_ignore_ascii_case("Uptime") {
                    uptime = row.opt_int(1)?;
                } else {
                    version = row.filled(1)?.map(|text| text.into_owned());
                }
                Ok(())
            })
            .await?;
        Ok((uptime, version))
    }

    fn line(&self, tls_version: Option<&str>) -> String {
        let verified = match self.place.tls {
            TlsMode::VerifyCa | TlsMode::VerifyFull => self.place.tls.id(),
            _ => "not verified",
        };
        match tls_version {
            Some(version) => format!("{version} {verified}"),
            None if self.place.socket => "unix socket".into(),
            None => "no TLS".into(),
        }
    }

    pub async fn role(&mut self) -> Result<RoleFact> {
        if let Some((at, fact)) = &self.role
            && at.elapsed() < ROLE_KEPT
        {
            return Ok(fact.clone());
        }
        let fact = self.ask_role().await?;
        self.role = Some((Instant::now(), fact.clone()));
        Ok(fact)
    }

    async fn ask_role(&mut self) -> Result<RoleFact> {
        let Some(statement) = self.settings.flavor.pick(&REPLICA) else {
            return Ok(RoleFact { role: None, note: None, sources: None });
        };
        let mut channels = 0;
        let mut sources = Vec::new();
        let name = if self.settings.flavor.is_mariadb() { "Master_Server_Id" } else { "Source_UUID" };
        let refused = self
            .optional(&statement, |row| {
                channels += 1;
                let wanted = |label: &str| label == name || (label == "Master_UUID" && name == "Source_UUID");
                if let Some(at) = (0..row.len()).find(|&n| wanted(row.label(n))) {
                    sources.extend(row.filled(at)?.map(|text| text.into_owned()));
                }
                Ok(())
            })
            .await?;
        let Some(error) = refused else {
            let replica = channels > 0 || self.settings.never_writes;
            let role = Some(if replica { Role::Replica } else { Role::Primary });
            // A copy without a channel (a reader of a cluster) names no source.
            let sources = (channels == sources.len() && (channels > 0 || !replica)).then_some(sources);
            return Ok(RoleFact { role, note: None, sources });
        };
        let note = if error.kind == ErrorKind::Denied {
            let right = if self.settings.flavor.is_mariadb() { "SLAVE MONITOR" } else { "REPLICATION CLIENT" };
            let grant = self.grant(&format!("{right} ON *.*")).await?;
            Note::denied("cannot tell whether this server is a replica", grant)
        } else {
            Note::new(format!("cannot tell whether this server is a replica: {}", error.message))
        };
        Ok(RoleFact { role: None, note: Some(note), sources: None })
    }

    /// Ends the running statement of a session of the same account; harmless when it is gone or idle.
    ///
    /// An idle session is left alone: the kill would hit what it sends next.
    pub async fn kill_query(&mut self, session: i64) -> Result<()> {
        let find = Statement::shape(
            "mysql/stop_find",
            format!(
                "SELECT CAST(p.user = SUBSTRING_INDEX(USER(), '@', 1) AND p.command <> 'Sleep' AS CHAR) AS ours \
                 FROM information_schema.processlist p WHERE p.id = {session}"
            ),
        );
        let mut ours = false;
        self.wire
            .rows(&find, |row| {
                ours = row.opt(0)?.is_some_and(|text| is_on(&text));
                Ok(())
            })
            .await?;
        if !ours {
            return Ok(());
        }
        match self.wire.run_only(&Statement::shape("mysql/stop", format!("KILL QUERY {session}"))).await {
            // Gone in between.
            Err(error) if error.code.as_deref() == Some("1094") => Ok(()),
            other => other,
        }
    }
}

/// `1763641234.123456` as a time.
fn timestamp(text: &str) -> Option<Timestamp> {
    let (seconds, micros) = text.split_once('.')?;
    let micros: i64 = micros.parse().ok()?;
    Timestamp::from_microsecond(seconds.parse::<i64>().ok()?.checked_mul(1_000_000)?.checked_add(micros)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_servers_clock() {
        assert_eq!(timestamp("1763641234.120000").map(|t| t.as_microsecond()), Some(1_763_641_234_120_000));
        assert_eq!(timestamp("x"), None);
    }
}
