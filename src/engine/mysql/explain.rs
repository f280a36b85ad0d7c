//! The plan of a statement. EXPLAIN of both servers calls functions and runs subqueries (`SELECT SLEEP(1)` in a
//! derived table), so it is asked for behind the guard alone, in a read-only transaction, under the time limit.

use super::Session;
use crate::engine::explain;
use crate::engine::guard::Statement;
use crate::engine::{Error, ErrorKind, Result};
use crate::model::{ExplainOf, Explained, Known, PlanText};

const NAME: &str = "mysql/explain";

impl Session {
    pub(super) async fn read_plan(&mut self, of: &ExplainOf) -> Result<Known<Explained>> {
        let flavor = self.settings.flavor;
        let ready = explain::judge(flavor.engine, flavor.version, of)?;
        self.admit_names(&ready.guarded).await?;
        if ready.places > 0 {
            let why = "without them this server plans for NULL, which is another plan".to_owned();
            return Ok(Known::Ready(Explained::NeedsValues { count: ready.places, why }));
        }
        let begin = Statement::file("mysql/begin", "START TRANSACTION READ ONLY");
        self.wire.run_only(&begin).await?;
        let statement = Statement::shape(NAME, format!("EXPLAIN FORMAT=JSON\n{}", ready.guarded.text()));
        let mut text = String::new();
        let result = self
            .wire
            .rows_as_is(&statement, |row| {
                text.push_str(&row.text(0)?);
                text.push('\n');
                Ok(())
            })
            .await;
        let ended = match &result {
            Err(error) if error.ends_session() => Ok(()),
            _ => self.wire.run_only(&Statement::file("rollback", "ROLLBACK")).await,
        };
        match result {
            Ok(()) => {
                ended?;
                Ok(Known::Ready(Explained::Plan(PlanText { text, how: "EXPLAIN FORMAT=JSON".into() })))
            }
            Err(error) => self.no_plan(error).await,
        }
    }

    async fn no_plan(&mut self, error: Error) -> Result<Known<Explained>> {
        if error.code.as_deref() == Some("1046") {
            let refused = Error::new(ErrorKind::Refused, "the server does not plan it: no database is selected");
            return Err(refused.hint("name the database in the target, or before the tables"));
        }
        if error.kind != ErrorKind::Denied {
            return explain::answer(error, NAME);
        }
        let place = match self.whoami().await?.database {
            Some(database) => super::grants::pattern(&database),
            None => "*".to_owned(),
        };
        let grant = self.grant(&format!("SELECT, SHOW VIEW ON {place}.*")).await?;
        Ok(Known::denied(error.message, format!("{grant};")))
    }
}
