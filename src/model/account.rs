//! Roles, accounts and rights that deserve a look.

use super::{Known, Note};
use jiff::Timestamp;

/// Somebody who may log in, or stands above the rules.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Account {
    /// MySQL and MariaDB: `user@host`.
    pub name: String,
    pub superuser: bool,
    pub bypass_rls: bool,
    pub create_role: bool,
    pub login: bool,
    /// Rights over the server's files and programs, as the server names them.
    pub dangerous: Option<String>,
    /// The password ends then.
    pub valid_until: Option<Timestamp>,
    /// MySQL: somebody let it end by hand.
    pub expired: bool,
    /// MySQL: the days that the account's own rule gives a password; `None` where the server's rule is in force.
    pub lifetime: Option<i64>,
    /// MySQL and MariaDB: how it proves who it is.
    pub plugin: Option<String>,
    /// MySQL and MariaDB: no name at all.
    pub anonymous: bool,
    /// MySQL and MariaDB: a plugin that asks for a password, and none is set.
    pub no_password: bool,
    /// MySQL and MariaDB: from any host.
    pub any_host: bool,
    pub locked: bool,
}

/// A function that runs with its owner's rights and lets its caller choose where names are looked up.
#[derive(Clone, Debug, PartialEq)]
pub struct Definer {
    pub schema: String,
    /// With its argument types.
    pub name: String,
    pub procedure: bool,
    pub owner: String,
    pub owner_is_superuser: bool,
    pub public_may_run: bool,
}

/// What everybody may change or read.
#[derive(Clone, Debug, PartialEq)]
pub struct PublicGrant {
    /// MySQL and MariaDB: may hold `%` and `_` as in LIKE where it is for a whole schema.
    pub schema: String,
    /// `None` for all tables of the schema.
    pub name: Option<String>,
    pub privileges: String,
    /// Who that is, as SQL.
    pub grantee: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Accounts {
    /// By name.
    pub list: Known<Vec<Account>>,
    /// PostgreSQL: schemas in which everybody may create something.
    pub public_create: Vec<String>,
    pub definers: Vec<Definer>,
    pub public_grants: Known<Vec<PublicGrant>>,
    /// PostgreSQL: tables that everybody may read; `anon` is taken for everybody.
    pub public_reads: Vec<PublicGrant>,
    pub notes: Vec<Note>,
}
