//! The least that an account needs so that no view stays empty, for this make, version and these schemas.

use super::flavor::sql;
use super::names::is_system;
use super::{Session, rights};
use crate::engine::error::Result;
use crate::engine::quote_name;
use crate::model::EngineKind;

/// Past this many schemas the text gives the right on all of them instead of on each.
const SCHEMAS_NAMED: usize = 100;

impl Session {
    pub async fn write_grants(&mut self) -> Result<String> {
        let mut schemas = Vec::new();
        self.wire
            .rows(&sql!("schemas.sql"), |row| {
                let name = row.text(0)?;
                if !is_system(&name) {
                    schemas.push(name.into_owned());
                }
                Ok(())
            })
            .await?;
        schemas.sort();
        Ok(self.grants_text(&schemas))
    }

    fn grants_text(&self, schemas: &[String]) -> String {
        let flavor = self.settings.flavor;
        let mariadb = flavor.is_mariadb();
        let who = rights::account("dblens@%");
        let mut out = vec![
            format!(
                "-- An account that looks and cannot change anything, for {} {}.",
                flavor.engine.title(),
                self.settings.version
            ),
            "-- Put in a password of your own, and the host that dblens runs on instead of %.".into(),
            format!("CREATE USER {who} IDENTIFIED BY 'change this';"),
            String::new(),
            "-- Activity, locks, InnoDB's own tables; replication and binary logs.".into(),
        ];
        let global = match (mariadb, flavor.version >= 80_020) {
            (true, _) => "PROCESS, SLAVE MONITOR, BINLOG MONITOR",
            (false, true) => "PROCESS, REPLICATION CLIENT, SHOW_ROUTINE",
            (false, false) => "PROCESS, REPLICATION CLIENT",
        };
        out.push(format!("GRANT {global} ON *.* TO {who};"));
        out.push(String::new());
        out.push(
            "-- Tables, columns, indexes, keys and the text of views (SHOW VIEW also shows what foreign keys do)."
                .into(),
        );
        let own = if mariadb && flavor.version >= 110_300 {
            "SELECT, SHOW VIEW, SHOW CREATE ROUTINE"
        } else {
            "SELECT, SHOW VIEW"
        };
        for scope in scopes(schemas) {
            out.push(format!("GRANT {own} ON {scope} TO {who};"));
        }
        out.push(String::new());
        out.push("-- Statements and use of indexes.".into());
        out.push(format!("GRANT SELECT ON performance_schema.* TO {who};"));
        if !mariadb || flavor.version >= 100_600 {
            out.push(format!("GRANT SELECT, EXECUTE ON sys.* TO {who};"));
        }
        out.push(String::new());
        out.push("-- Sizes and row counts without opening tables.".into());
        for table in own_tables(mariadb, flavor.version) {
            out.push(format!("GRANT SELECT ON mysql.{table} TO {who};"));
        }
        out.push(String::new());
        out.push(
            "-- Not asked for: TRIGGER and EVENT, which would also let the account make triggers and events.".into(),
        );
        out.push("-- Without them triggers and events stay unseen.".into());
        out.join("\n") + "\n"
    }
}

/// Tables of `mysql` that are read one by one; nothing else in there is needed.
fn own_tables(mariadb: bool, version: i32) -> Vec<&'static str> {
    let mut tables = vec!["innodb_table_stats", "innodb_index_stats"];
    if mariadb {
        tables.extend(["column_stats", "table_stats"]);
    }
    // Routines stand in this table where no right shows them.
    if (mariadb && version < 110_300) || version < 80_000 {
        tables.push("proc");
    }
    tables
}

fn scopes(schemas: &[String]) -> Vec<String> {
    match schemas.len() {
        0 => vec!["`your_database`.*".into()],
        n if n > SCHEMAS_NAMED => vec!["*.*".into()],
        _ => schemas.iter().map(|name| format!("{}.*", pattern(name))).collect(),
    }
}

/// In a GRANT, `_` and `%` of a schema stand for anything unless escaped.
pub fn pattern(schema: &str) -> String {
    let escaped = schema.replace('\\', "\\\\").replace('_', "\\_").replace('%', "\\%");
    quote_name(EngineKind::Mysql, &escaped)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn schemas_in_a_grant_are_no_patterns() {
        assert_eq!(pattern("shop_eu"), "`shop\\_eu`");
        assert_eq!(scopes(&["a`b".to_owned()]), ["`a``b`.*"]);
        assert_eq!(scopes(&[]), ["`your_database`.*"]);
    }
}
