//! Roles and rights that deserve a look: one statement.

use super::files;
use super::wire::Wire;
use crate::engine::Result;
use crate::model::{Account, Accounts, Definer, Known, PublicGrant};

pub async fn read(wire: &mut Wire) -> Result<Accounts> {
    let (mut list, mut grants) = (Vec::new(), Vec::new());
    let mut out = Accounts {
        list: Known::NotYet,
        public_create: Vec::new(),
        definers: Vec::new(),
        public_grants: Known::NotYet,
        public_reads: Vec::new(),
        notes: Vec::new(),
    };
    wire.rows(files::ROLES.statement(), |row| {
        let (schema, name) = (row.owned(1)?.unwrap_or_default(), row.need(2)?.into_owned());
        let detail = row.owned(7)?;
        let flags = (row.bool(3)?, row.bool(4)?, row.bool(5)?, row.bool(6)?);
        match &*row.need(0)? {
            "role" => list.push(Account {
                name,
                superuser: flags.0,
                bypass_rls: flags.1,
                create_role: flags.2,
                login: flags.3,
                dangerous: detail,
                valid_until: row.time(8)?,
                ..Account::default()
            }),
            "schema" => out.public_create.push(name),
            "definer" => out.definers.push(Definer {
                schema,
                name,
                procedure: flags.2,
                owner: detail.unwrap_or_default(),
                owner_is_superuser: flags.0,
                public_may_run: flags.1,
            }),
            kind => {
                let read = kind == "read";
                let privileges = if read { "SELECT".into() } else { detail.clone().unwrap_or_default() };
                let grantee = detail.filter(|_| read).unwrap_or_else(|| "PUBLIC".into());
                let grant = PublicGrant { schema, name: Some(name), privileges, grantee };
                if read { &mut out.public_reads } else { &mut grants }.push(grant);
            }
        }
        Ok(())
    })
    .await?;
    list.sort_by(|a: &Account, b| a.name.cmp(&b.name));
    (out.list, out.public_grants) = (Known::Ready(list), Known::Ready(grants));
    Ok(out)
}
