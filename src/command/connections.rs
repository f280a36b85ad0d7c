//! `connections`: what is configured; with `--explain`, where each value of a target comes from.

use super::list::List;
use super::{Exit, Failure, output, resolve};
use crate::cli::{Common, Connections};

pub fn run(args: &Connections, common: &Common) -> Result<Exit, Failure> {
    output::check(common)?;
    if !args.explain && args.target.target.is_none() {
        let rows = resolve::known(common)?;
        List { key: "connections", ids: &["name", "kind", "where", "from"], rows }.print(common)?;
        return Ok(Exit::DONE);
    }
    let target = resolve::resolve(&args.target, common)?;
    let row = |origin: &crate::config::Origin| {
        [origin.key, &origin.value, &origin.from].map(|text| Some(text.to_owned())).to_vec()
    };
    let rows = target.origins.iter().map(row).collect();
    List { key: "values", ids: &["value_of", "value", "from"], rows }.print(common)?;
    Ok(Exit::DONE)
}
