//! What a schema holds beside relations: routines, triggers, types, extensions, policies, grants.

use super::{Names, NamespaceId, Note, RelId, Sym};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoutineKind {
    Function,
    Procedure,
    Aggregate,
    Window,
}

impl RoutineKind {
    pub fn title(self) -> &'static str {
        match self {
            Self::Function => "function",
            Self::Procedure => "procedure",
            Self::Aggregate => "aggregate",
            Self::Window => "window function",
        }
    }
}

#[derive(Clone, Debug)]
pub struct Routine {
    pub id: i64,
    pub schema: NamespaceId,
    pub name: Sym,
    /// Arguments as the engine writes them; tells overloads apart.
    pub arguments: Sym,
    pub returns: Option<Sym>,
    pub language: Option<Sym>,
    pub kind: RoutineKind,
    pub security_definer: bool,
    /// Belongs to the engine or an extension: hidden until asked for.
    pub system: bool,
    pub comment: Option<Sym>,
}

#[derive(Clone, Debug)]
pub struct Trigger {
    pub id: i64,
    pub rel: RelId,
    pub name: Sym,
    /// `BEFORE INSERT OR UPDATE, each row`.
    pub event: Sym,
    /// What it runs: the function (PostgreSQL) or nothing where the body is part of the trigger.
    pub runs: Option<Sym>,
    pub enabled: bool,
    pub comment: Option<Sym>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypeKind {
    Enum,
    Domain,
    Composite,
    Range,
    Base,
}

impl TypeKind {
    pub fn title(self) -> &'static str {
        match self {
            Self::Enum => "enum",
            Self::Domain => "domain",
            Self::Composite => "composite type",
            Self::Range => "range type",
            Self::Base => "base type",
        }
    }
}

#[derive(Clone, Debug)]
pub struct TypeInfo {
    pub id: i64,
    pub schema: NamespaceId,
    pub name: Sym,
    pub kind: TypeKind,
    /// Labels of an enum, base type of a domain, and so on.
    pub detail: Option<Sym>,
    pub system: bool,
    pub comment: Option<Sym>,
}

#[derive(Clone, Debug)]
pub struct Extension {
    pub name: Sym,
    pub version: Sym,
    pub schema: Option<NamespaceId>,
    pub comment: Option<Sym>,
}

#[derive(Clone, Debug)]
pub struct Policy {
    pub rel: RelId,
    pub name: Sym,
    /// `ALL`, `SELECT`, `INSERT`, `UPDATE`, `DELETE`.
    pub command: Sym,
    pub permissive: bool,
    pub roles: Sym,
    /// Expressions where they were read: reading them waits for locks, so only for the table in view.
    pub using: Option<Sym>,
    pub check: Option<Sym>,
}

/// Who may do what on one relation.
#[derive(Clone, Debug)]
pub struct Grant {
    pub grantee: Sym,
    /// `SELECT, INSERT`.
    pub privileges: Sym,
    pub grantor: Option<Sym>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum DefinitionKind {
    Table,
    View,
    Index,
    Trigger,
}

/// The text of one object as SQLite keeps it, without the `;` at its end. Other engines have theirs made on demand.
#[derive(Clone, Debug)]
pub struct Definition {
    pub kind: DefinitionKind,
    /// The table or view that it is, or belongs to.
    pub rel: RelId,
    pub name: Sym,
    pub text: Sym,
}

/// Sorted by schema and name (triggers and policies by relation and name).
#[derive(Clone, Debug, Default)]
pub struct Objects {
    pub names: Names,
    pub routines: Vec<Routine>,
    pub triggers: Vec<Trigger>,
    pub types: Vec<TypeInfo>,
    pub extensions: Vec<Extension>,
    pub policies: Vec<Policy>,
    /// SQLite's texts by relation, kind and name; empty on other engines.
    pub definitions: Vec<Definition>,
    pub notes: Vec<Note>,
}

impl Objects {
    /// Triggers of one relation; the list is sorted by relation.
    pub fn triggers_of(&self, rel: RelId) -> &[Trigger] {
        let start = self.triggers.partition_point(|trigger| trigger.rel < rel);
        let end = self.triggers.partition_point(|trigger| trigger.rel <= rel);
        &self.triggers[start..end]
    }

    /// Texts of one relation and of what belongs to it; the list is sorted by relation.
    pub fn definitions_of(&self, rel: RelId) -> &[Definition] {
        let start = self.definitions.partition_point(|one| one.rel < rel);
        let end = self.definitions.partition_point(|one| one.rel <= rel);
        &self.definitions[start..end]
    }

    /// Policies of one relation; the list is sorted by relation.
    pub fn policies_of(&self, rel: RelId) -> &[Policy] {
        let start = self.policies.partition_point(|policy| policy.rel < rel);
        let end = self.policies.partition_point(|policy| policy.rel <= rel);
        &self.policies[start..end]
    }
}
