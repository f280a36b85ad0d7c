//! The floor: what the same statements cost when nobody makes anything of the rows. And the engine
//! alone, without a screen, statement by statement.

use super::terminal::millis;
use dblens::config::{Family, Target};
use dblens::engine::{self, Engine, Scope};
use dblens::model::{Known, Sent};
use futures_util::StreamExt;
use sqlx::mysql::{MySqlConnectOptions, MySqlSslMode};
use sqlx::postgres::{PgConnectOptions, PgSslMode};
use sqlx::sqlite::SqliteConnectOptions;
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, raw_sql};
use std::str::FromStr;
use std::time::Instant;
use tokio::runtime::Runtime;

/// What is read.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Look {
    /// Schemas, relations.
    Tree,
    /// What the screen reads at its start.
    Light,
    /// With every text and statistic.
    Full,
    /// What `show keys` needs.
    Keys,
}

/// Opens the engine, looks, closes; milliseconds and all that was sent.
pub fn engine(runtime: &Runtime, target: &Target, look: Look) -> Result<(f64, Vec<Sent>), String> {
    runtime.block_on(async {
        let start = Instant::now();
        let mut engine = engine::open(target).await.map_err(|error| error.to_string())?;
        let result = read(&mut engine, look).await;
        let took = millis(start.elapsed());
        let sent = engine.sent();
        engine.close().await;
        result.map(|()| (took, sent))
    })
}

async fn read(engine: &mut Box<dyn Engine>, look: Look) -> Result<(), String> {
    let text = |error: engine::Error| error.to_string();
    engine.server().await.map_err(text)?;
    let Known::Ready(relations) = engine.relations().await.map_err(text)? else {
        return Err("the relations are not ready".into());
    };
    let scope = if matches!(look, Look::Full | Look::Keys) { Scope::Full } else { Scope::Light };
    if look == Look::Tree {
        return Ok(());
    }
    let columns = match look {
        Look::Keys => None,
        _ => Some(engine.columns(&relations, scope).await.map_err(text)?),
    };
    let indexes = engine.indexes(&relations, scope).await.map_err(text)?;
    let keys = engine.keys(&relations, indexes.value(), scope).await.map_err(text)?;
    let objects = match look {
        Look::Keys => None,
        _ => Some(engine.objects(&relations).await.map_err(text)?),
    };
    // Kept until here: everything is in memory at once, as on the screen.
    drop((columns, indexes, keys, objects));
    Ok(())
}

/// Connects, sends the same texts, reads every row and drops it; milliseconds.
pub fn raw(runtime: &Runtime, url: &str, family: Family, sent: &[Sent]) -> Result<f64, String> {
    let read = async {
        match family {
            Family::Postgres => postgres(url, sent).await,
            Family::Mysql => mysql(url, sent).await,
            Family::Sqlite => sqlite(url, sent).await,
        }
    };
    let start = Instant::now();
    runtime.block_on(read).map_err(|error| format!("read raw: {error}"))?;
    Ok(millis(start.elapsed()))
}

/// Sends each text and drops the rows.
macro_rules! drain {
    ($connection:expr, $sent:expr) => {
        for one in $sent {
            let mut rows = raw_sql(AssertSqlSafe(one.text.to_string())).fetch($connection);
            while let Some(row) = rows.next().await {
                std::hint::black_box(row?);
            }
        }
    };
}

async fn postgres(url: &str, sent: &[Sent]) -> Result<(), sqlx::Error> {
    let options = PgConnectOptions::from_str(url)?.ssl_mode(PgSslMode::Disable).extra_float_digits(None);
    let mut connection = options.options([("jit", "off"), ("search_path", "pg_catalog")]).connect().await?;
    drain!(&mut connection, sent);
    connection.close().await
}

async fn mysql(url: &str, sent: &[Sent]) -> Result<(), sqlx::Error> {
    let mut connection = MySqlConnectOptions::from_str(url)?.ssl_mode(MySqlSslMode::Disabled).connect().await?;
    drain!(&mut connection, sent);
    connection.close().await
}

async fn sqlite(url: &str, sent: &[Sent]) -> Result<(), sqlx::Error> {
    let mut connection = SqliteConnectOptions::new().filename(url).read_only(true).connect().await?;
    drain!(&mut connection, sent);
    connection.close().await
}
