//! `[thresholds]`: from where on something is worth a finding.

use super::context::Context;
use super::file;
use super::target::ConfigError;
use crate::model::{Thresholds, each_threshold};
use serde::{Deserialize, Deserializer, de};
use std::fmt;

/// The types of the values, by what they count.
macro_rules! table {
    ($($(#[doc = $doc:literal])+ $field:ident: $kind:ident = $value:expr, [$($rule:literal),+];)+) => {
        /// What the file says; the rest is as in [`Thresholds::default`].
        #[derive(Clone, Copy, Debug, Default, Deserialize)]
        #[serde(deny_unknown_fields, default)]
        pub struct Table {
            $(pub $field: Option<$kind>,)+
        }

        impl Table {
            pub fn values(&self) -> Thresholds {
                let mut values = Thresholds::default();
                $(if let Some(value) = self.$field {
                    values.$field = value.0;
                })+
                values
            }
        }
    };
}

each_threshold!(table);

/// Reads them from `config.toml`.
///
/// # Errors
/// Those of a file that can not be read or parsed.
pub fn thresholds(ctx: &Context) -> Result<Thresholds, ConfigError> {
    Ok(file::load(ctx)?.config.thresholds.values())
}

#[derive(Clone, Copy, Debug)]
pub struct Days(f64);
#[derive(Clone, Copy, Debug)]
pub struct Share(f64);
#[derive(Clone, Copy, Debug)]
pub struct Times(f64);
#[derive(Clone, Copy, Debug)]
pub struct Count(i64);
#[derive(Clone, Copy, Debug)]
pub struct Bytes(i64);
/// Microseconds.
#[derive(Clone, Copy, Debug)]
pub struct Span(i64);

fn real<'de, D: Deserializer<'de>>(deserializer: D, most: f64, what: &str) -> Result<f64, D::Error> {
    let value = f64::deserialize(deserializer)?;
    match (0.0..=most).contains(&value) {
        true => Ok(value),
        false => Err(de::Error::custom(format!("it is {what}"))),
    }
}

impl<'de> Deserialize<'de> for Days {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        real(deserializer, 3_650.0, "0 to 3650 days").map(Self)
    }
}

impl<'de> Deserialize<'de> for Share {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        real(deserializer, 1.0, "a share, 0 to 1").map(Self)
    }
}

impl<'de> Deserialize<'de> for Times {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        real(deserializer, 1e12, "a number from 0").map(Self)
    }
}

impl<'de> Deserialize<'de> for Count {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        u32::deserialize(deserializer).map(|count| Self(count.into()))
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let time = file::Span::deserialize(deserializer)?.0;
        i64::try_from(time.as_micros()).map(Self).map_err(|_| de::Error::custom("a duration is at most a day"))
    }
}

impl<'de> Deserialize<'de> for Bytes {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;
        impl de::Visitor<'_> for Visitor {
            type Value = Bytes;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a size such as \"10 MB\" or \"1 GB\", or a number of bytes")
            }

            fn visit_i64<E: de::Error>(self, bytes: i64) -> Result<Bytes, E> {
                u64::try_from(bytes).map(|_| Bytes(bytes)).map_err(|_| E::custom("a size is 0 or more"))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Bytes, E> {
                bytes(text).map(Bytes).ok_or_else(|| E::custom("a size reads \"10 MB\", \"1 GB\" or \"512 kB\""))
            }
        }
        deserializer.deserialize_any(Visitor)
    }
}

/// `10 MB`, `1GB`, `512 kB`, `4096`; a kB is 1024 bytes.
fn bytes(text: &str) -> Option<i64> {
    let text = text.trim();
    let end = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let number: i64 = text.get(..end)?.parse().ok()?;
    let unit: i64 = match text.get(end..)?.trim() {
        "" | "B" => 1,
        "kB" | "KB" => 1 << 10,
        "MB" => 1 << 20,
        "GB" => 1 << 30,
        "TB" => 1 << 40,
        _ => return None,
    };
    number.checked_mul(unit)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::context::tests::world;

    #[test]
    fn from_the_file_or_the_defaults() {
        let world = world(&[]);
        assert_eq!(thresholds(&world.ctx).unwrap(), Thresholds::default());
        world.config("[thresholds]\nindex_unused_days = 35\nbloat_bytes = \"2 GB\"\ndead_share = 0.5\n");
        let wanted =
            Thresholds { index_unused_days: 35.0, bloat_bytes: 2 << 30, dead_share: 0.5, ..Thresholds::default() };
        assert_eq!(thresholds(&world.ctx).unwrap(), wanted);
    }

    #[test]
    fn what_can_not_be_is_refused_by_line_and_name() {
        for (text, line, name) in [
            ("[thresholds]\ndead_share = 20", "line 2", "dead_share"),
            ("[thresholds]\nbloat_bytes = \"much\"", "line 2", "bloat_bytes"),
            ("[thresholds]\nindex_unused_days = -1", "line 2", "index_unused_days"),
            ("[thresholds]\nindex_unused = 3", "line 2", "index_unused"),
        ] {
            let error = file::parse(text, "config.toml").unwrap_err();
            assert!(error.message.contains(line) && error.message.contains(name), "{error:?}");
        }
    }

    /// The example shows each default as it is.
    #[test]
    fn the_example_shows_the_defaults() {
        let example = include_str!("../../config.example.toml");
        let lines = example.lines().skip_while(|line| *line != "#[thresholds]");
        let table: Vec<&str> = lines.take_while(|line| !line.is_empty()).collect();
        let named = |line: &&&str| line.starts_with('#') && !line.starts_with("# ");
        let text: String =
            table.iter().filter(named).map(|line| format!("{}\n", line.trim_start_matches('#'))).collect();
        let config = file::parse(&text, "config.example.toml").unwrap();
        assert_eq!(config.thresholds.values(), Thresholds::default());
        // Each on a line of its own, as it is, below the words that tell its reason.
        for one in Thresholds::ALL {
            let wanted = format!("#{} = {}", one.name, (one.shown)(&Thresholds::default()));
            let at = table.iter().position(|line| *line == wanted);
            let told = at.is_some_and(|at| table[..at].iter().any(|line| line.starts_with("# ")));
            assert!(told, "{wanted}: no such line in config.example.toml\n# {}", one.why.trim());
        }
    }
}
