//! Accounts and what they are above of.

use super::Session;
use super::flavor::{Variants, sql};
use super::rights;
use crate::engine::error::{ErrorKind, Result};
use crate::model::{Account, Accounts, Known, PublicGrant};
use jiff::Timestamp;

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
                    expired: row.flag(7)?,
                    lifetime: row.opt_int(8)?,
                    valid_until: row.opt_int(9)?.and_then(|at| Timestamp::from_second(at).ok()),
                    ..Account::default()
                });
                Ok(())
            })
            .await?;
        if let Some(error) = refused {
            if error.kind != ErrorKind::Denied {
                return Ok(Known::unsupported(error.message));
            }
            let mut tables = vec!["user", "db", "tables_priv"];
            if self.settings.flavor.is_mariadb() {
                tables.insert(1, "global_priv");
            }
            let grant = self.grant_on(&tables).await?;
            return Ok(Known::denied("accounts are hidden from this one", grant));
        }
        list.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(Known::Ready(Accounts {
            list: Known::Ready(list),
            public_create: Vec::new(),
            definers: Vec::new(),
            public_grants: self.read_public_grants().await?,
            public_reads: Vec::new(),
            notes: Vec::new(),
        }))
    }

    async fn read_public_grants(&mut self) -> Result<Known<Vec<PublicGrant>>> {
        let mut list = Vec::new();
        let refused = self
            .optional(&sql!("public_grants.sql"), |row| {
                let (user, host) = (row.text(0)?, row.text(1)?);
                let name = row.text(3)?.into_owned();
                let privileges = row.text(4)?.into_owned();
                if !privileges.is_empty() {
                    list.push(PublicGrant {
                        schema: row.text(2)?.into_owned(),
                        name: Some(name).filter(|name| !name.is_empty()),
                        privileges,
                        grantee: if user == "PUBLIC" {
                            "PUBLIC".into()
                        } else {
                            rights::account(&format!("{user}@{host}"))
                        },
                    });
                }
                Ok(())
            })
            .await?;
        Ok(match refused {
            None => Known::Ready(list),
            Some(error) if error.kind != ErrorKind::Denied => Known::unsupported(error.message),
            Some(_) => {
                let grant = self.grant_on(&["db", "tables_priv"]).await?;
                Known::denied("rights on schemas and tables are hidden from this account", grant)
            }
        })
    }

    /// SELECT on these tables of `mysql`.
    async fn grant_on(&mut self, tables: &[&str]) -> Result<String> {
        let mut out = Vec::new();
        for table in tables {
            out.push(self.grant(&format!("SELECT ON mysql.{table}")).await?);
        }
        Ok(out.join("; "))
    }
}
