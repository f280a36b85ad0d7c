//! Lines of pg_hba.conf that let people in too easily.

use crate::findings::rule::POSTGRESQL;
use crate::findings::{
    Checked, Confidence, Db, Finding, Findings, Fix, Gap, Meta, Object, ObjectKind, Profile, Rule, Section, Severity,
    Value,
};
use crate::model::HbaRule;
use core::net::IpAddr;

pub const RULE: Rule = Rule {
    meta: Meta {
        id: "hba-weak",
        title: "pg_hba.conf lets people in too easily",
        section: Section::Security,
        severity: Severity::Critical,
        confidence: Confidence::Certain,
        engines: POSTGRESQL,
        profile: Profile::Default,
        why: "With trust whoever reaches the port is whom he says he is, superusers too. With password the password goes \
              over the network as it is. With any address allowed the whole net may guess.",
        fires: "trust for an address beyond this machine: critical. password without demanded TLS: critical. Any address with \
                TLS not demanded, for all users: a notice. trust from this machine over TCP: for information. Where \
                listen_addresses lets nobody in from elsewhere, critical ones are a notice.",
        silent: "Local sockets. hostssl with a method that proves something. Lines that an earlier one for everything \
                 makes unreachable. reject.",
        fix: "scram-sha-256 in place of trust and password, hostssl in place of host, and the networks of the programs in \
              place of all.",
        reads: &["pg_hba_file_rules", "listen_addresses"],
    },
    check,
};

fn check(db: &Db<'_>, out: &mut Findings) -> Checked {
    let known = &db.upkeep()?.hba;
    if let Some(gap) = Gap::of(known, "the lines of pg_hba.conf") {
        return Err(gap);
    }
    let rules = known.value().map(Vec::as_slice).unwrap_or_default();
    let listens = db.settings().ok().and_then(|settings| settings.value("listen_addresses"));
    let shut = listens.is_some_and(|list| list.split(',').all(|one| is_near(one.trim())));
    let mut near: Vec<&HbaRule> = Vec::new();
    for (n, rule) in rules.iter().enumerate() {
        if rule.error.is_some() || rules[..n].iter().any(|earlier| shadows(earlier, rule)) {
            continue;
        }
        let Some((severity, summary, why)) = judge(rule) else { continue };
        if severity == Severity::Info {
            near.push(rule);
            continue;
        }
        let severity = if shut && severity == Severity::Critical { Severity::Notice } else { severity };
        // Its text tells it, so that a line above it changes no key.
        let object = Object::server(ObjectKind::Setting, text(rule));
        let object = Object { label: format!("pg_hba.conf line {}", rule.line), ..object };
        out.add(finding(severity, object, summary, why, &[rule], listens));
    }
    // What a server comes with is one decision, not one for each line.
    if let Some((severity, summary, why)) = near.first().and_then(|rule| judge(rule)) {
        let object = Object::server(ObjectKind::Setting, "trust on this machine");
        let object = Object { label: "pg_hba.conf".into(), ..object };
        out.add(finding(severity, object, summary, why, &near, listens));
    }
    Ok(())
}

fn finding(
    severity: Severity,
    object: Object,
    summary: &str,
    why: &str,
    rules: &[&HbaRule],
    listens: Option<&str>,
) -> Finding {
    let lines = rules.iter().map(|rule| format!("{}: {}", rule.line, text(rule))).collect();
    let mut finding = Finding::new(severity, RULE.meta.confidence, object, summary).why(why).fact(
        "lines",
        Value::List(lines),
        None,
        "pg_hba_file_rules",
    );
    if let Some(listens) = listens {
        finding = finding.text("listen_addresses", listens, "pg_settings");
    }
    finding
        .not_known("whether the file was loaded since it was written, and what a firewall lets through")
        .fix(fix(rules))
}

/// How bad a line is, what to say of it, and why.
fn judge(rule: &HbaRule) -> Option<(Severity, &'static str, &'static str)> {
    if rule.kind == "local" {
        return None;
    }
    let near = near(rule);
    let clear = !matches!(rule.kind.as_str(), "hostssl" | "hostgssenc");
    match rule.method.as_str() {
        "trust" if near => Some((
            Severity::Info,
            "lets everybody on this machine in as anybody",
            "Each program and each person with an account on the machine may be a superuser of the database.",
        )),
        "trust" => Some((
            Severity::Critical,
            "lets people from elsewhere in without any proof",
            "Whoever reaches the port is whom he says he is, superusers too.",
        )),
        "password" if !near && clear => Some((
            Severity::Critical,
            "takes passwords over the network as they are",
            "Whoever sees the traffic has the password.",
        )),
        "reject" | "cert" => None,
        _ if !near && clear && is_everywhere(rule) && rule.users.iter().any(|user| user == "all") => Some((
            Severity::Notice,
            "lets any address try as any user, without TLS",
            "The whole net may guess passwords, and rows go over it as they are.",
        )),
        _ => None,
    }
}

/// From this machine only.
fn near(rule: &HbaRule) -> bool {
    match network(rule) {
        Some((address, bits)) => address.is_loopback() && bits >= 8,
        None => matches!(rule.address.as_deref(), Some("samehost" | "localhost")),
    }
}

fn is_near(listens: &str) -> bool {
    matches!(listens, "" | "localhost") || listens.parse().is_ok_and(|address: IpAddr| address.is_loopback())
}

fn is_everywhere(rule: &HbaRule) -> bool {
    rule.address.as_deref() == Some("all") || network(rule).is_some_and(|(_, bits)| bits == 0)
}

/// Address and length of the prefix; `None` for names and words.
fn network(rule: &HbaRule) -> Option<(IpAddr, u32)> {
    let address: IpAddr = rule.address.as_deref()?.parse().ok()?;
    let ones = |mask: IpAddr| match mask {
        IpAddr::V4(mask) => u32::from(mask).leading_ones(),
        IpAddr::V6(mask) => u128::from(mask).leading_ones(),
    };
    let whole = if address.is_ipv4() { 32 } else { 128 };
    Some((address, rule.netmask.as_deref().map_or(Some(whole), |mask| mask.parse().ok().map(ones))?))
}

/// True when nobody ever comes to `later`, because `earlier` takes all of them.
fn shadows(earlier: &HbaRule, later: &HbaRule) -> bool {
    if earlier.error.is_some() {
        return false;
    }
    let kind = earlier.kind == later.kind || (earlier.kind == "host" && later.kind.starts_with("host"));
    // Replication is no part of all.
    let databases = later.databases.iter().all(|name| {
        earlier.databases.contains(name) || (name != "replication" && earlier.databases.iter().any(|it| it == "all"))
    });
    let users = earlier.users.iter().any(|it| it == "all") || later.users.iter().all(|it| earlier.users.contains(it));
    kind && databases && users && covers(earlier, later)
}

fn covers(earlier: &HbaRule, later: &HbaRule) -> bool {
    if earlier.address == later.address && earlier.netmask == later.netmask {
        return true;
    }
    if earlier.address.as_deref() == Some("all") {
        return later.kind != "local";
    }
    match (network(earlier), network(later)) {
        (Some((IpAddr::V4(a), bits)), Some((IpAddr::V4(b), theirs))) => {
            bits <= theirs && (bits == 0 || (u32::from(a) ^ u32::from(b)) >> (32 - bits) == 0)
        }
        (Some((IpAddr::V6(a), bits)), Some((IpAddr::V6(b), theirs))) => {
            bits <= theirs && (bits == 0 || (u128::from(a) ^ u128::from(b)) >> (128 - bits) == 0)
        }
        _ => false,
    }
}

/// The line as somebody would write it.
fn text(rule: &HbaRule) -> String {
    let address = match (network(rule), &rule.address) {
        (Some((address, bits)), _) => Some(format!("{address}/{bits}")),
        (None, word) => word.clone(),
    };
    let words = [Some(rule.kind.clone()), Some(rule.databases.join(",")), Some(rule.users.join(",")), address];
    let words: Vec<String> = words.into_iter().flatten().chain([rule.method.clone()]).collect();
    words.join(" ")
}

fn fix(rules: &[&HbaRule]) -> Fix {
    let mut script = String::new();
    for rule in rules {
        let file = rule.file.as_deref().unwrap_or("pg_hba.conf");
        let proves = !matches!(rule.method.as_str(), "trust" | "password");
        let better = HbaRule {
            kind: if near(rule) { rule.kind.clone() } else { "hostssl".into() },
            method: if proves { rule.method.clone() } else { "scram-sha-256".into() },
            ..(*rule).clone()
        };
        let narrower =
            if is_everywhere(rule) { ", with the networks of the programs in place of every address" } else { "" };
        // Names of files and roles may hold anything, a line break too.
        let comment = |text: String| text.replace(['\n', '\r'], " ");
        script.push_str(&format!(
            "-- {}\n-- {}\n",
            comment(format!("by hand, line {} of {file}{narrower}:", rule.line)),
            comment(text(&better))
        ));
    }
    Fix {
        script: format!("{script}-- then\nSELECT pg_catalog.pg_reload_conf();"),
        undo: Some("-- the old lines again, then\nSELECT pg_catalog.pg_reload_conf();".into()),
        lock: "none: sessions that are in stay in; new ones are asked".into(),
        precheck: Some(
            "-- who has no password that could be asked for (superusers may see it)\n\
             SELECT rolname FROM pg_catalog.pg_authid WHERE rolcanlogin AND rolpassword IS NULL;"
                .into(),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::Status;
    use crate::findings::fixture::{blind, fires, run, silent};

    #[test]
    fn fires_on_what_lets_people_in() {
        let found = |lines: &str, expected: &[&str]| fires(&RULE, lines, expected);
        found("hba 7 host all all 10.0.0.0/8 trust", &["critical host all all 10.0.0.0/8 trust"]);
        found("hba 7 host all app 0.0.0.0/0 password", &["critical host all app 0.0.0.0/0 password"]);
        found("hba 7 host all all all scram-sha-256", &["notice host all all all scram-sha-256"]);
        found("hba 7 host all all ::/0 md5", &["notice host all all ::/0 md5"]);
        let both = "hba 7 host all all 127.0.0.1/32 trust\nhba 8 host all all ::1/128 trust";
        found(both, &["info trust on this machine"]);
        found("hba 7 host all all 127.0.0.1/0 trust", &["critical host all all 127.0.0.1/0 trust"]);
        found(
            "set listen_addresses localhost,127.0.0.1\nhba 7 host all all 10.0.0.0/8 trust",
            &["notice host all all 10.0.0.0/8 trust"],
        );
    }

    #[test]
    fn silent_on_what_asks_for_a_proof() {
        for line in [
            "hba 7 local all all - trust",
            "hba 7 local all postgres - peer",
            "hba 7 host all all 10.0.0.0/8 scram-sha-256",
            "hba 7 hostssl all all all scram-sha-256",
            "hba 7 hostssl all all 0.0.0.0/0 password",
            "hba 7 host all all all reject",
            "hba 7 host all all 127.0.0.1/32 scram-sha-256",
            "hba 7 host all app all scram-sha-256",
            "hba 6 host all all all reject\nhba 7 host all all 10.0.0.0/8 trust",
            "hba 6 host all all 10.0.0.0/8 scram-sha-256\nhba 7 hostssl shop app 10.2.0.0/16 trust",
        ] {
            silent(&RULE, line);
        }
        let apart = "hba 6 host all all all reject\nhba 7 host replication all 10.0.0.0/8 trust";
        fires(&RULE, apart, &["critical host replication all 10.0.0.0/8 trust"]);
    }

    #[test]
    fn blind_without_the_right() {
        let grant = "GRANT SELECT ON pg_catalog.pg_hba_file_rules TO me";
        blind(&RULE, &format!("live\ndeny hba {grant}"), Status::CannotCheck, "pg_hba_file_rules");
        blind(&RULE, "table x.t", Status::CannotCheck, "looked after");
    }

    #[test]
    fn the_script_holds_the_better_line() {
        let check = run(&RULE, "hba 7 host all all 0.0.0.0/0 trust");
        let script = check.findings[0].fix.clone().unwrap().script;
        assert!(script.contains("-- hostssl all all 0.0.0.0/0 scram-sha-256\n"), "{script}");
    }
}
