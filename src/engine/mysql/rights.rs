//! What the account may do, from `SHOW GRANTS`, and the exact statement for what it may not.

use super::names::is_system;

/// One account's rights; used only to say why something is not there.
#[derive(Clone, Debug, Default)]
pub struct Rights {
    /// Privileges in upper case with their scope: `*`, or a schema pattern.
    grants: Vec<(String, Vec<String>)>,
    /// Tables of the schema `mysql` that may be read, such as `proc`.
    tables: Vec<String>,
    /// Something comes through a role whose rights were not read.
    pub through_roles: bool,
}

impl Rights {
    /// Adds one line of `SHOW GRANTS`.
    pub fn add(&mut self, line: &str) {
        let Some(rest) = line.strip_prefix("GRANT ") else { return };
        let Some((privileges, rest)) = rest.split_once(" ON ") else {
            self.through_roles = true;
            return;
        };
        let privileges = split_privileges(privileges);
        let on = rest.split(" TO ").next().unwrap_or_default();
        if let Some(scope) = scope_of(on) {
            self.grants.push((scope, privileges));
        } else if let Some(table) = on.trim().strip_prefix("`mysql`.`")
            && holds(&privileges, "SELECT")
        {
            self.tables.push(table.trim_end_matches('`').to_owned());
        }
    }

    /// True when the account has the privilege for everything.
    pub fn everywhere(&self, privilege: &str) -> bool {
        self.grants.iter().any(|(scope, list)| scope == "*" && holds(list, privilege))
    }

    /// True when the account has the privilege on the whole of a schema.
    pub fn on_schema(&self, privilege: &str, schema: &str) -> bool {
        self.grants.iter().any(|(scope, list)| (scope == "*" || like(scope, schema)) && holds(list, privilege))
    }

    /// True when the account may read a table of the schema `mysql`.
    pub fn reads_own_table(&self, table: &str) -> bool {
        self.on_schema("SELECT", "mysql") || self.tables.iter().any(|known| known == table)
    }

    /// True when the account may read at least some schema of people as a whole.
    pub fn reads_something(&self) -> bool {
        self.grants.iter().any(|(scope, list)| !is_system(scope) && holds(list, "SELECT"))
    }
}

fn holds(list: &[String], privilege: &str) -> bool {
    list.iter().any(|held| held == privilege || held == "ALL PRIVILEGES" || held == "ALL")
}

/// `*.*` → `*`; `` `shop`.* `` → `shop`; single tables and routines → `None`.
fn scope_of(text: &str) -> Option<String> {
    let text = text.trim();
    if text == "*.*" {
        return Some("*".into());
    }
    let schema = text.strip_suffix(".*")?;
    Some(schema.trim_matches('`').replace("``", "`"))
}

/// Commas inside of column lists do not separate.
fn split_privileges(text: &str) -> Vec<String> {
    let mut depth = 0;
    let parts = text.split(|c| {
        match c {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        c == ',' && depth == 0
    });
    parts.map(|part| part.trim().to_ascii_uppercase()).collect()
}

/// A schema in a grant is a pattern: `%` any text, `_` any character, `\` takes the next as it is.
fn like(pattern: &str, name: &str) -> bool {
    let mut chars = pattern.chars();
    match chars.next() {
        None => name.is_empty(),
        Some('%') => {
            let rest = chars.as_str();
            name.char_indices().map(|(n, _)| n).chain([name.len()]).any(|n| like(rest, &name[n..]))
        }
        Some(first) => {
            let wanted = if first == '\\' { chars.next() } else { Some(first) };
            let mut names = name.chars();
            let fits = match (wanted, names.next()) {
                (Some('_'), Some(_)) if first == '_' => true,
                (Some(wanted), Some(got)) => wanted == got,
                _ => false,
            };
            fits && like(chars.as_str(), names.as_str())
        }
    }
}

/// `mon@%` as it stands in a GRANT: `'mon'@'%'`.
pub fn account(current_user: &str) -> String {
    let (user, host) = current_user.rsplit_once('@').unwrap_or((current_user, "%"));
    // A role as the current account has no host.
    let quote = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "''"));
    format!("{}@{}", quote(user), quote(host))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_the_lines_of_both_makes() {
        let mut rights = Rights::default();
        for line in [
            "GRANT PROCESS, SLAVE MONITOR ON *.* TO `u`@`%` IDENTIFIED BY PASSWORD '*X'",
            "GRANT SELECT, SHOW VIEW ON `shop\\_%`.* TO `u`@`%`",
            "GRANT SELECT (a, b), INSERT ON `other`.`t` TO `u`@`%`",
        ] {
            rights.add(line);
        }
        assert!(rights.everywhere("PROCESS"));
        assert!(!rights.everywhere("SELECT"));
        assert!(rights.on_schema("SHOW VIEW", "shop_eu"));
        assert!(!rights.on_schema("SHOW VIEW", "shopxeu"));
        assert!(!rights.on_schema("SELECT", "other") && !rights.reads_own_table("proc"));
        rights.add("GRANT SELECT ON `mysql`.`proc` TO `u`@`%`");
        assert!(rights.reads_own_table("proc") && !rights.reads_own_table("user"));
        assert!(!rights.through_roles);
        rights.add("GRANT `reader`@`%` TO `u`@`%`");
        assert!(rights.through_roles);
    }

    #[test]
    fn all_privileges_hold_everything() {
        let mut rights = Rights::default();
        rights.add("GRANT ALL PRIVILEGES ON *.* TO `root`@`localhost` WITH GRANT OPTION");
        assert!(rights.on_schema("TRIGGER", "any") && rights.reads_something());
    }

    #[test]
    fn a_right_on_the_servers_schemas_reads_nothing_of_people() {
        let mut rights = Rights::default();
        rights.add("GRANT SELECT ON `performance_schema`.* TO `mon`@`%`");
        assert!(!rights.reads_something());
    }

    #[test]
    fn accounts_are_quoted() {
        assert_eq!(account("mon@%"), "'mon'@'%'");
        assert_eq!(account("o'neil@localhost"), "'o''neil'@'localhost'");
    }
}
