//! `connections`: what can be opened by name; with `--explain`, where each value of a target comes from.

use super::list::List;
use super::{Exit, Failure, output, resolve};
use crate::cli::{Common, Connections};
use crate::config::{self, Family, KnownConnection, Origin};

pub fn run(args: &Connections, common: &Common) -> Result<Exit, Failure> {
    output::check(common)?;
    config::check_given(&resolve::context(common))?;
    let list = match args.explain || args.place.target.is_some() {
        true => explain(args, common)?,
        false => known(common),
    };
    list.print(common)?;
    Ok(Exit::DONE)
}

fn known(common: &Common) -> List {
    let known = config::known(&resolve::context(common));
    resolve::warn(common, &known.warnings);
    let ids = &["target", "name", "engine", "server", "database", "user", "env", "from", "problem"];
    List { key: "connections", ids, rows: known.list.into_iter().map(row).collect() }
}

fn row(one: KnownConnection) -> Vec<Option<String>> {
    let engine = one.family.map(|family| match family {
        Family::Postgres => "postgresql",
        Family::Mysql => "mysql",
        Family::Sqlite => "sqlite",
    });
    let env =
        one.env.map(|env| format!("{}{}", format!("{env:?}").to_lowercase(), if one.env_guessed { "?" } else { "" }));
    let shown = |text: String| Some(text).filter(|text| !text.is_empty());
    vec![
        shown(one.word),
        shown(one.name),
        engine.map(str::to_owned),
        shown(one.server),
        one.database,
        one.user,
        env,
        shown(one.from),
        one.problem,
    ]
}

fn explain(args: &Connections, common: &Common) -> Result<List, Failure> {
    // No password is asked for: it is not shown.
    let overrides = config::Overrides { ask_password: false, ..args.place.letters.overrides() };
    let target = config::resolve(args.place.target.as_deref(), &overrides, &resolve::context(common))?;
    resolve::warn(common, &target.warnings);
    let row = |origin: Origin| [origin.key.to_owned(), origin.value, origin.from].map(Some).to_vec();
    let rows = config::explain(&target).into_iter().map(row).collect();
    Ok(List { key: "values", ids: &["key", "value", "from"], rows })
}
