//! AUTO_INCREMENT against the type of its column, and MariaDB's sequences.

use super::Session;
use super::TABLES_TO_OPEN;
use super::ddl::literal;
use super::flavor::sql;
use crate::engine::error::Result;
use crate::engine::guard::Statement;
use crate::engine::quote_name;
use crate::model::{Counter, CounterKind, Counting, EngineKind, Feeds, Known, Note};

/// Sequences in one statement: each is opened.
const AT_ONCE: usize = 100;

impl Session {
    pub async fn read_counting(&mut self) -> Result<Known<Counting>> {
        let mut out = Counting::default();
        if self.opens_too_much().await? {
            let text = format!("AUTO_INCREMENT was not read: it would open more than {TABLES_TO_OPEN} tables");
            return Ok(Known::unsupported(text));
        }
        let mut list = Vec::new();
        self.wire
            .rows(&sql!("auto_increments.sql"), |row| {
                let (schema, table) = (row.text(0)?.into_owned(), row.text(1)?.into_owned());
                let limit = limit(&row.text(3)?, &row.text(4)?);
                let next: Option<i128> = row.text(5)?.parse().ok();
                list.push(Counter {
                    kind: CounterKind::Column,
                    feeds: Some(Feeds {
                        schema: schema.clone(),
                        table: table.clone(),
                        column: row.text(2)?.into_owned(),
                        type_name: row.text(4)?.into_owned(),
                        limit,
                    }),
                    schema,
                    name: table,
                    // The next value: a full column shows its last one again.
                    last: next.map(|next| next - 1).filter(|last| *last > 0),
                    min: 1,
                    max: limit.unwrap_or(i128::from(u64::MAX)),
                    increment: 1,
                    cycle: false,
                    hidden: false,
                });
                Ok(())
            })
            .await?;
        out.list = list;
        if self.settings.flavor.is_mariadb() {
            self.sequences(&mut out).await?;
        }
        out.list.sort_by(|a, b| (&a.schema, &a.name).cmp(&(&b.schema, &b.name)));
        Ok(Known::Ready(out))
    }

    /// Without a data dictionary the counters stand in the tables themselves.
    async fn opens_too_much(&mut self) -> Result<bool> {
        if self.settings.flavor.has_dictionary() {
            return Ok(false);
        }
        let mut tables = 0;
        self.wire
            .rows(&sql!("count_tables.sql"), |row| {
                tables = row.int(0)?;
                Ok(())
            })
            .await?;
        Ok(usize::try_from(tables).unwrap_or(usize::MAX) > TABLES_TO_OPEN)
    }

    async fn sequences(&mut self, out: &mut Counting) -> Result<()> {
        let mut names = Vec::new();
        self.wire
            .rows(&sql!("sequences.sql"), |row| {
                names.push((row.text(0)?.into_owned(), row.text(1)?.into_owned()));
                Ok(())
            })
            .await?;
        for part in names.chunks(AT_ONCE) {
            let statement = Statement::shape("mysql/sequence_values", values(part));
            let mut found = Vec::new();
            let refused = self
                .optional(&statement, |row| {
                    let number = |n: usize| -> Result<Option<i128>> { Ok(row.text(n)?.parse().ok()) };
                    let increment = number(5)?.unwrap_or(1);
                    found.push(Counter {
                        kind: CounterKind::Sequence,
                        schema: row.text(0)?.into_owned(),
                        name: row.text(1)?.into_owned(),
                        feeds: None,
                        last: number(2)?.map(|next| next - increment),
                        min: number(3)?.unwrap_or(1),
                        max: number(4)?.unwrap_or(i128::from(i64::MAX)),
                        increment,
                        cycle: row.flag(6)?,
                        hidden: false,
                    });
                    Ok(())
                })
                .await?;
            out.list.extend(found);
            if let Some(error) = refused {
                out.notes.push(Note::new(format!("{} sequences were not read: {}", part.len(), error.message)));
            }
        }
        Ok(())
    }
}

fn values(names: &[(String, String)]) -> String {
    let quoted = |name: &str| quote_name(EngineKind::Mariadb, name);
    let one = |(schema, name): &(String, String)| {
        format!(
            "SELECT {} AS db, {} AS seq, CAST(next_not_cached_value AS CHAR) AS next_value, \
             CAST(minimum_value AS CHAR) AS least, CAST(maximum_value AS CHAR) AS most, \
             CAST(increment AS CHAR) AS step, CAST(cycle_option AS CHAR) AS cycles FROM {}.{}",
            literal(schema),
            literal(name),
            quoted(schema),
            quoted(name)
        )
    };
    names.iter().map(one).collect::<Vec<_>>().join(" UNION ALL ")
}

/// What an integer column holds.
fn limit(data_type: &str, column_type: &str) -> Option<i128> {
    let bits = match data_type.to_ascii_lowercase().as_str() {
        "tinyint" => 8,
        "smallint" => 16,
        "mediumint" => 24,
        "int" => 32,
        "bigint" => 64,
        _ => return None,
    };
    let unsigned = column_type.to_ascii_lowercase().contains("unsigned");
    Some((1i128 << (if unsigned { bits } else { bits - 1 })) - 1)
}

#[cfg(test)]
mod tests {
    use super::limit;

    #[test]
    fn limits_of_integer_types() {
        assert_eq!(limit("tinyint", "tinyint(4)"), Some(127));
        assert_eq!(limit("INT", "int unsigned"), Some(4_294_967_295));
        assert_eq!(limit("mediumint", "mediumint"), Some(8_388_607));
        assert_eq!(limit("bigint", "bigint unsigned"), Some(i128::from(u64::MAX)));
        assert_eq!(limit("double", "double"), None);
    }
}
