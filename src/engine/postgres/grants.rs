//! The least-privilege role for this server, as SQL to be read and run by a person.

use super::files;
use super::wire::Wire;
use crate::engine::Result;

/// One statement; runs nothing.
pub async fn text(wire: &mut Wire) -> Result<String> {
    wire.row(files::GRANTS.statement(), |row| {
        let version = row.need_int(0)?;
        let database = row.need(1)?;
        let schemas = row.text(2)?;
        Ok(write(version, &database, schemas.as_deref()))
    })
    .await
}

fn write(version: i64, database: &str, schemas: Option<&str>) -> String {
    let mut text = format!(
        "-- A role for dblens on PostgreSQL {}: it reads definitions, statistics and activity, and writes nothing.\n\
         -- Run as a superuser or as the owner; set the password with \\password dblens.\n\
         CREATE ROLE dblens LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION CONNECTION LIMIT 4;\n\
         -- Belt and braces: the tool asks for read-only transactions by itself.\n\
         ALTER ROLE dblens SET default_transaction_read_only = on;\n\
         -- Without this the database may be closed to it.\n\
         GRANT CONNECT ON DATABASE {database} TO dblens;\n\
         -- Other sessions' statements, all settings, counters, replication, sizes.\n\
         GRANT pg_monitor TO dblens;\n",
        version / 10_000
    );
    if version >= 140_000 {
        text.push_str(
            "-- The planner's column statistics (share of NULLs, distinct values, bloat estimates) and the last values\n\
             -- of sequences. It lets the role read all rows too, though dblens asks for none by itself: leave it\n\
             -- out where that is too much, and those columns stay unknown.\n\
             GRANT pg_read_all_data TO dblens;\n",
        );
    } else if let Some(schemas) = schemas {
        text.push_str(&format!(
            "-- The planner's column statistics (share of NULLs, distinct values, bloat estimates) and the last values\n\
             -- of sequences. It lets the role read all rows too, though dblens asks for none by itself: leave it\n\
             -- out where that is too much, and those columns stay unknown. (pg_read_all_data exists from 14 on.)\n\
             GRANT USAGE ON SCHEMA {schemas} TO dblens;\n\
             GRANT SELECT ON ALL TABLES IN SCHEMA {schemas} TO dblens;\n\
             GRANT SELECT ON ALL SEQUENCES IN SCHEMA {schemas} TO dblens;\n\
             -- Tables that come later: run it as each role that makes tables.\n\
             ALTER DEFAULT PRIVILEGES IN SCHEMA {schemas} GRANT SELECT ON TABLES TO dblens;\n"
        ));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::write;

    #[test]
    fn pg_read_all_data_only_where_it_exists() {
        assert!(write(140_005, "shop", Some("public")).contains("GRANT pg_read_all_data TO dblens;"));
        let old = write(130_023, "shop", Some("public, \"My Schema\""));
        assert!(!old.contains("GRANT pg_read_all_data"));
        assert!(old.contains("GRANT SELECT ON ALL TABLES IN SCHEMA public, \"My Schema\" TO dblens;"));
        assert!(!write(130_023, "shop", None).contains("SCHEMA"));
    }
}
