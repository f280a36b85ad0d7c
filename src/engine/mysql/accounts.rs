//! Accounts and what they are above of.

use super::Session;
use super::flavor::{Variants, sql};
use crate::engine::error::{ErrorKind, Result};
use crate::model::{Account, Accounts, Known};

const ACCOUNTS: Variants =
    Variants { mysql: &[(50_706, || sql!("accounts_mysql.sql"))], mariadb: &[(0, || sql!("accounts_mariadb.sql"))] };

impl Session {
    pub async fn read_accounts(&mut self) -> Result<Known<Accounts>> {
        let Some(statement) = self.settings.flavor.pick(&ACCOUNTS) else {
            return Ok(Known::unsupported("accounts are not read on this version"));
        };
        let mut list = Vec::new();
        let refused = self
            .optional(&statement, |row| {
                let (user, host) = (row.opt(0)?.unwrap_or_default(), row.opt(1)?.unwrap_or_default());
                let plugin = row.opt(2)?.unwrap_or_default().into_owned();
                list.push(Account {
                    name: format!("{user}@{host}"),
                    superuser: row.flag(3)?,
                    login: true,
                    dangerous: row.flag(4)?.then(|| "FILE".to_owned()),
                    anonymous: user.is_empty(),
                    no_password: row.flag(5)?,
                    any_host: host == "%",
                    locked: row.opt(6)?.is_some_and(|text| matches!(&*text, "1" | "true")),
                    plugin: Some(plugin).filter(|plugin| !plugin.is_empty()),
                    ..Account::default()
                });
                Ok(())
            })
            .await?;
        if let Some(error) = refused {
            if error.kind != ErrorKind::Denied {
                return Ok(Known::unsupported(error.message));
            }
            let mut grant = self.grant("SELECT ON mysql.user").await?;
            if self.settings.flavor.is_mariadb() {
                grant = format!("{grant}; {}", self.grant("SELECT ON mysql.global_priv").await?);
            }
            return Ok(Known::denied("accounts are hidden from this one", grant));
        }
        list.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Known::Ready(Accounts {
            list: Known::Ready(list),
            public_create: Vec::new(),
            definers: Vec::new(),
            public_grants: Vec::new(),
            public_reads: Vec::new(),
            notes: Vec::new(),
        }))
    }
}
