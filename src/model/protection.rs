//! Row level security: what policies say, who passes them by, and views that do. PostgreSQL only.

/// One policy with its expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyText {
    /// The number of its table, as in `Relation::id`.
    pub table: i64,
    pub name: String,
    /// `ALL`, `SELECT`, `INSERT`, `UPDATE`, `DELETE`.
    pub command: &'static str,
    pub permissive: bool,
    /// `PUBLIC` for everybody.
    pub roles: Vec<String>,
    pub using: Option<String>,
    pub check: Option<String>,
    /// Its expressions were not read: a table of it is under an exclusive lock.
    pub unread: bool,
}

impl PolicyText {
    /// True for a policy that is asked when rows are written in this way.
    pub fn covers(&self, command: &str) -> bool {
        self.command == "ALL" || self.command == command
    }
}

/// An owner of tables with row security that is not forced: who has all its rights passes the policies by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RlsOwner {
    pub name: String,
    /// Passes every policy by anyway: a superuser, or BYPASSRLS.
    pub above: bool,
    /// Roles that may log in and act as the owner, the owner itself with them; none that is above anyway.
    pub actors: Vec<String>,
}

/// A view that runs with the rights of an owner to whom the policies do not apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenView {
    /// Its number.
    pub view: i64,
    pub owner: String,
    /// Numbers of the tables with row security that it reads itself.
    pub tables: Vec<i64>,
    /// Who may read it, or a view over it, and would be held by the policies.
    pub readers: Vec<String>,
    /// The option is there, and off.
    pub told: bool,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Protection {
    /// By table, then name.
    pub policies: Vec<PolicyText>,
    /// Policies that were too many to be read.
    pub left: i64,
    pub owners: Vec<RlsOwner>,
    pub views: Vec<OpenView>,
}
