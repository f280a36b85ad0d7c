//! Which server this is, so far that a replica can be told from a stranger.

use super::EngineKind;

/// What a server tells of itself and of what it copies. Unknown is `None`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Identity {
    pub engine: Option<EngineKind>,
    pub database: Option<String>,
    /// The same on a primary and its standbys: PostgreSQL's system identifier.
    pub family: Option<String>,
    /// Of this running server alone: the time of its start (PostgreSQL), `server_uuid` (MySQL), where it runs
    /// (MariaDB).
    pub instance: Option<String>,
    /// What its replicas know it by: `server_uuid` (MySQL), `server_id` (MariaDB).
    pub own: Option<String>,
    /// It applies what another one writes: in recovery (PostgreSQL), with a source (MySQL, MariaDB).
    pub follows: Option<bool>,
    /// What it copies, each as that one's `own`; MySQL and MariaDB. Unknown where it may not be asked.
    pub sources: Option<Vec<String>>,
}

/// What one server is to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kin {
    /// They hold the same data, as far as the servers say.
    Same,
    /// Nothing speaks against it, but this is not told: half a sentence.
    Unproven(String),
    /// Its counters are about something else: half a sentence.
    Stranger(String),
}

impl Identity {
    /// Whether `other`, which somebody named as a replica, is one of this server.
    pub fn replica(&self, other: &Self) -> Kin {
        let stranger = |why: &str| Kin::Stranger(why.to_owned());
        if self.engine != other.engine {
            let title = other.engine.map_or("another kind of server", EngineKind::title);
            return Kin::Stranger(format!("it is {title}"));
        }
        // Two servers may start in the same microsecond; those of one family do not.
        if self.instance.is_some() && self.instance == other.instance && self.family == other.family {
            return stranger("it is this server itself");
        }
        match self.engine {
            Some(EngineKind::Postgresql) => self.standby(other),
            Some(EngineKind::Mysql | EngineKind::Mariadb) => self.copy(other),
            _ => stranger("a file has no replicas"),
        }
    }

    fn standby(&self, other: &Self) -> Kin {
        if let (Some(own), Some(theirs)) = (&self.family, &other.family)
            && own != theirs
        {
            return Kin::Stranger("it is a standby of another server: the system identifiers differ".into());
        }
        if self.follows == Some(false) && other.follows == Some(false) {
            return Kin::Stranger("it is no standby: it takes writes of its own".into());
        }
        if let (Some(own), Some(theirs)) = (&self.database, &other.database)
            && own != theirs
        {
            return Kin::Stranger(format!("it is connected to the database {theirs} instead of {own}"));
        }
        match self.family.is_some() && other.family.is_some() {
            true => Kin::Same,
            false => Kin::Unproven("a role may not execute pg_control_system(), only the names agree".into()),
        }
    }

    fn copy(&self, other: &Self) -> Kin {
        if let Some(only) = &other.database
            && self.database.as_ref() != Some(only)
        {
            return Kin::Stranger(format!("it shows the database {only} alone"));
        }
        let (Some(sources), Some(own)) = (&other.sources, &self.own) else {
            return Kin::Unproven("it does not tell what it replicates from".into());
        };
        // The other way round, or two replicas of one source: the same data as well.
        let theirs = self.sources.as_deref().unwrap_or_default();
        let other_way = other.own.as_ref().is_some_and(|own| theirs.contains(own));
        let related = sources.contains(own) || other_way || sources.iter().any(|source| theirs.contains(source));
        match (related, self.engine) {
            (true, Some(EngineKind::Mariadb)) => {
                Kin::Unproven("it names its source by server_id alone, which others may have too".into())
            }
            (true, _) => Kin::Same,
            (false, _) if sources.is_empty() => Kin::Stranger("it is no replica: it replicates from no server".into()),
            (false, _) => Kin::Stranger("it replicates from another server".into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn postgres(family: Option<&str>, own: &str, follows: bool) -> Identity {
        Identity {
            engine: Some(EngineKind::Postgresql),
            database: Some("shop".into()),
            family: family.map(str::to_owned),
            instance: Some(own.into()),
            follows: Some(follows),
            ..Identity::default()
        }
    }

    fn mysql(own: &str, sources: Option<&[&str]>) -> Identity {
        Identity {
            engine: Some(EngineKind::Mysql),
            instance: Some(own.into()),
            own: Some(own.into()),
            sources: sources.map(|list| list.iter().map(|&one| one.to_owned()).collect()),
            ..Identity::default()
        }
    }

    #[track_caller]
    fn refused(own: &Identity, other: &Identity, why: &str) {
        match own.replica(other) {
            Kin::Stranger(text) if text.contains(why) => {}
            kin => panic!("{kin:?} instead of {why}"),
        }
    }

    #[test]
    fn standbys_share_the_system_identifier() {
        let primary = postgres(Some("7"), "1", false);
        assert_eq!(primary.replica(&postgres(Some("7"), "2", true)), Kin::Same);
        assert_eq!(postgres(Some("7"), "3", true).replica(&primary), Kin::Same, "a standby asks its primary");
        refused(&primary, &postgres(Some("8"), "2", true), "another server");
        refused(&primary, &postgres(Some("7"), "2", false), "writes of its own");
        refused(&primary, &primary, "itself");
        let elsewhere = Identity { database: Some("billing".into()), ..postgres(Some("7"), "2", true) };
        refused(&primary, &elsewhere, "database billing");
        refused(&primary, &mysql("u", None), "MySQL");
    }

    #[test]
    fn without_the_identifier_only_the_names_agree() {
        let primary = postgres(Some("7"), "1", false);
        assert!(matches!(primary.replica(&postgres(None, "2", true)), Kin::Unproven(_)));
        refused(&primary, &postgres(None, "2", false), "writes of its own");
    }

    #[test]
    fn replicas_name_their_source() {
        let primary = mysql("a", Some(&[]));
        assert_eq!(primary.replica(&mysql("b", Some(&["a"]))), Kin::Same);
        assert_eq!(mysql("b", Some(&["a"])).replica(&primary), Kin::Same);
        assert_eq!(mysql("b", Some(&["a"])).replica(&mysql("c", Some(&["a"]))), Kin::Same);
        assert!(matches!(primary.replica(&mysql("b", None)), Kin::Unproven(_)));
        refused(&primary, &mysql("b", Some(&[])), "no replica");
        refused(&primary, &mysql("b", Some(&["z"])), "another server");
        refused(&primary, &primary, "itself");
        let narrow = Identity { database: Some("billing".into()), ..mysql("b", Some(&["a"])) };
        refused(&primary, &narrow, "billing alone");
    }

    #[test]
    fn the_numbers_of_mariadb_prove_little() {
        let server = |place: &str, own: &str, sources: &[&str]| Identity {
            engine: Some(EngineKind::Mariadb),
            instance: Some(place.into()),
            ..mysql(own, Some(sources))
        };
        let primary = server("db1:3306", "1", &[]);
        assert!(matches!(primary.replica(&server("db2:3306", "2", &["1"])), Kin::Unproven(_)));
        refused(&primary, &server("db2:3306", "1", &[]), "no replica");
        refused(&primary, &server("db1:3306", "1", &[]), "itself");
    }
}
