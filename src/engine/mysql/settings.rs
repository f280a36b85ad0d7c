//! Settings of the server and where each value comes from.

use super::Session;
use super::flavor::{Variants, sql};
use crate::engine::error::Result;
use crate::model::{Known, Note, Variable, Variables};
use std::collections::HashMap;

const SOURCES: Variants = Variants {
    mysql: &[(80_000, || sql!("settings_source_mysql.sql"))],
    mariadb: &[(0, || sql!("settings_source_mariadb.sql"))],
};

impl Session {
    pub async fn read_settings(&mut self) -> Result<Known<Variables>> {
        let mut out = Variables::default();
        self.wire
            .rows(&sql!("settings_global.sql"), |row| {
                out.list.push(Variable {
                    name: row.text(0)?.to_ascii_lowercase(),
                    value: row.opt(1)?.map(|text| text.into_owned()),
                    ..Variable::default()
                });
                Ok(())
            })
            .await?;
        let mut sources: HashMap<String, (Option<String>, Option<String>)> = HashMap::new();
        let mariadb = self.settings.flavor.is_mariadb();
        match self.settings.flavor.pick(&SOURCES) {
            None => out.notes.push(Note::new("where values come from is told since MySQL 8.0")),
            Some(statement) => {
                let refused = self
                    .optional(&statement, |row| {
                        let text = |n: usize| -> Result<Option<String>> { Ok(row.opt(n)?.map(|it| it.into_owned())) };
                        let compiled = if mariadb { text(2)? } else { None };
                        sources.insert(row.text(0)?.to_ascii_lowercase(), (text(1)?, compiled));
                        Ok(())
                    })
                    .await?;
                if let Some(error) = refused {
                    out.notes.push(Note::new(format!("where values come from: {}", error.message)));
                }
            }
        }
        for one in &mut out.list {
            if let Some((source, compiled)) = sources.remove(&one.name) {
                one.source = source;
                one.default = compiled;
            }
        }
        let what =
            if mariadb { "unit, category and pending_restart" } else { "unit, default, category and pending_restart" };
        out.notes.push(Note::new(format!("{what} are null: the server does not tell them")));
        out.sort();
        Ok(Known::Ready(out))
    }
}
