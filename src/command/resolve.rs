//! From the arguments to a target. For now by hand; the configuration takes this over.

use super::Failure;
use crate::cli::{Common, TargetArgs};
use crate::config::{Address, ConfigError, Family, Host, Origin, Target, Tls};
use secrecy::SecretString;
use std::path::Path;
use std::time::Duration;
use url::Url;

pub fn resolve(args: &TargetArgs, _common: &Common) -> Result<Target, Failure> {
    let Some(word) = &args.target else {
        return Err(Failure::usage("no TARGET given").hint("For example:  dblens show tables postgres://host/database"));
    };
    let mut target = blank();
    if word == "demo" {
        target.address = Address::Demo;
    } else if let Some(path) = word.strip_prefix("sqlite:") {
        target.address = Address::File(path.into());
    } else if let Some((scheme, _)) = word.split_once("://") {
        target.family = match scheme {
            "postgres" | "postgresql" => Family::Postgres,
            "mysql" | "mariadb" => Family::Mysql,
            _ => return Err(ConfigError::new("not a URL of a database that dblens knows").into()),
        };
        from_url(&mut target, word)?;
    } else if Path::new(word).exists() || word.contains('/') || word.ends_with(".db") {
        target.address = Address::File(word.into());
    } else {
        return Err(ConfigError::new(format!("there is no connection named `{word}`")).into());
    }
    target.origins.push(Origin { key: "target", value: target.label(), from: "command line".into() });
    Ok(target)
}

pub fn known(_common: &Common) -> Result<Vec<Vec<Option<String>>>, Failure> {
    Ok(Vec::new())
}

fn from_url(target: &mut Target, word: &str) -> Result<(), ConfigError> {
    let url = Url::parse(word).map_err(|_| ConfigError::new("this URL can not be read"))?;
    let port = url.port().unwrap_or(if target.family == Family::Postgres { 5432 } else { 3306 });
    let name = url.host_str().unwrap_or("localhost").to_owned();
    target.address = Address::Hosts(vec![Host::Tcp { name, addr: None, port }]);
    target.user = Some(url.username().to_owned()).filter(|user| !user.is_empty());
    target.password = url.password().map(SecretString::from);
    target.database = Some(url.path().trim_start_matches('/').to_owned()).filter(|name| !name.is_empty());
    Ok(())
}

fn blank() -> Target {
    Target {
        family: Family::Sqlite,
        name: None,
        address: Address::Demo,
        database: None,
        user: None,
        password: None,
        password_command: None,
        tls: Tls::default(),
        connect_timeout: Duration::from_secs(5),
        statement_timeout: Duration::from_secs(15),
        options: None,
        session_attrs: None,
        immutable: false,
        env: None,
        env_guessed: false,
        origins: Vec::new(),
        warnings: Vec::new(),
    }
}
