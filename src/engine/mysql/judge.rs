//! The guard's second half: views that call what the statement itself must not call, and stored functions that
//! bear the name of a built-in one of another version.
//!
//! A definition that this account may not see (`SHOW VIEW`) says nothing. Then what remains is the read-only
//! transaction and the time limit.

use super::Session;
use super::ddl::literal;
use super::flavor::sql;
use crate::engine::guard::Statement;
use crate::engine::sqlguard::{Guarded, Names, What, of_view};
use crate::engine::{Error, ErrorKind, Result};
use std::collections::BTreeSet;

/// Views over views over views: deeper ones are refused.
const DEPTH: usize = 8;

impl Session {
    pub async fn admit_names(&mut self, guarded: &Guarded) -> Result<()> {
        if !matches!(guarded.what(), What::Rows | What::Explain) {
            return Ok(());
        }
        self.check_routines(guarded.names()).await?;
        self.check_views(guarded.names().words.clone()).await
    }

    async fn check_routines(&mut self, names: &Names) -> Result<()> {
        let mut found = None;
        let statement = named(&sql!("guard_routines.sql"), &names.calls);
        self.wire
            .rows(&statement, |row| {
                found = Some(row.text(0)?.into_owned());
                Ok(())
            })
            .await?;
        match found {
            None => Ok(()),
            Some(name) => {
                let why = format!("{name}() is a stored function here, which may do anything: leave it out");
                Err(Error::new(ErrorKind::Refused, why))
            }
        }
    }

    async fn check_views(&mut self, mut names: BTreeSet<String>) -> Result<()> {
        let mut seen = BTreeSet::new();
        for _ in 0..DEPTH {
            let views = self.views(&names).await?;
            let before = seen.len();
            for (view, definition) in views {
                if !seen.insert(view.clone()) {
                    continue;
                }
                let Some((inside, odd)) = of_view(&definition) else {
                    let why = format!("what the view {view} calls cannot be read: ask its tables instead");
                    return Err(Error::new(ErrorKind::Refused, why));
                };
                if let Some(function) = odd {
                    let why =
                        format!("the view {view} calls {function}(), which may do anything: ask its tables instead");
                    return Err(Error::new(ErrorKind::Refused, why));
                }
                names.extend(inside.words);
            }
            if seen.len() == before {
                return Ok(());
            }
        }
        Err(Error::new(
            ErrorKind::Refused,
            format!("views stand on views more than {DEPTH} deep: ask their tables instead"),
        ))
    }

    /// Views of these names with their definitions.
    async fn views(&mut self, names: &BTreeSet<String>) -> Result<Vec<(String, String)>> {
        let mut views = Vec::new();
        self.wire
            .rows(&named(&sql!("guard_views.sql"), names), |row| {
                let view = format!("{}.{}", row.text(0)?, row.text(1)?);
                views.push((view, row.opt(2)?.unwrap_or_default().into_owned()));
                Ok(())
            })
            .await?;
        Ok(views)
    }
}

/// The statement with the names in their place.
fn named(file: &Statement, names: &BTreeSet<String>) -> Statement {
    let list: Vec<String> = names.iter().map(|name| literal(name)).collect();
    let list = if list.is_empty() { "''".to_owned() } else { list.join(", ") };
    Statement::shape(file.name, file.text.replace("'{names}'", &list))
}
