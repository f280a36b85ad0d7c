//! InnoDB's files: the shared ones by name, those of single tables as one sum.

use super::Session;
use super::flavor::{Variants, sql};
use crate::engine::error::Result;
use crate::model::{Amount, Known, Space, SpaceKind, Spaces};

const FILES: Variants = Variants {
    mysql: &[(80_000, || sql!("files_mysql.sql")), (0, || sql!("files_sys.sql"))],
    mariadb: &[(0, || sql!("files_sys.sql"))],
};

impl Session {
    pub async fn read_spaces(&mut self) -> Result<Known<Spaces>> {
        let mut out = Spaces::default();
        let Some(statement) = self.settings.flavor.pick(&FILES) else { return Ok(Known::Ready(out)) };
        let refused = self
            .optional(&statement, |row| {
                let name = row.text(0)?;
                let tables = name == "tables";
                out.list.push(Space {
                    kind: if tables { SpaceKind::Tablespace } else { SpaceKind::File },
                    name: if tables { "files of single tables".to_owned() } else { name.into_owned() },
                    total: Amount::exact(row.opt_int(1)?.unwrap_or(0)),
                    table: Amount::default(),
                    index: Amount::default(),
                    toast: Amount::default(),
                    free: Amount::default(),
                    tables: if tables { row.opt_int(2)? } else { None },
                });
                Ok(())
            })
            .await?;
        if refused.is_some() {
            let grant = self.grant("PROCESS ON *.*").await?;
            out.notes.push(crate::model::Note::denied("sizes of InnoDB's files are not known", grant));
        }
        out.sort();
        Ok(Known::Ready(out))
    }
}
