//! `completions`: a script for the shell. A TARGET is completed with the names of connections and services
//! too: the script asks `dblens connections`, which connects to nothing.

use super::{Exit, Failure, output};
use crate::cli::{self, Common, Shell};
use clap::Command;
use clap_complete::Shell as Known;

/// Field 1 of `dblens connections` is what to type, field 8 where it came from.
const PICK: &str = r#"awk -F '\t' '$8 == "config" || $8 ~ /^service,/ { print $1 }'"#;

pub fn run(shell: Shell, common: &Common) -> Result<Exit, Failure> {
    output::check(common)?;
    let script = script(shell);
    output::print(common, |out| out.write_all(script.as_bytes()))?;
    Ok(Exit::DONE)
}

fn script(shell: Shell) -> String {
    let known = match shell {
        Shell::Bash => Known::Bash,
        Shell::Zsh => Known::Zsh,
        Shell::Fish => Known::Fish,
    };
    let mut command = offered(&cli::command());
    // The generator panics when its output fails: it writes to memory.
    let mut script = Vec::new();
    clap_complete::generate(known, &mut command, "dblens", &mut script);
    let script = String::from_utf8_lossy(&script).into_owned();
    match shell {
        Shell::Bash => bash(script, &command),
        Shell::Zsh => zsh(&script),
        Shell::Fish => fish(script, &command),
    }
}

/// The command without what is hidden: a shell would offer it.
fn offered(all: &Command) -> Command {
    let shown = all.get_subcommands().filter(|command| !command.is_hide_set());
    Command::new("dblens")
        .disable_help_flag(true)
        .disable_help_subcommand(true)
        .args(all.get_arguments())
        .subcommands(shown)
}

/// The commands that take a target.
fn with_target(command: &Command) -> Vec<String> {
    let takes = |command: &&Command| command.get_arguments().any(|arg| arg.get_id() == "target");
    command.get_subcommands().filter(takes).map(|command| command.get_name().to_owned()).collect()
}

fn bash(script: String, command: &Command) -> String {
    let takes = with_target(command);
    let others = command.get_subcommands().map(Command::get_name).filter(|name| !takes.iter().any(|one| one == name));
    let others = others.collect::<Vec<_>>().join(" | ");
    let values = command.get_arguments().chain(command.get_subcommands().flat_map(Command::get_arguments));
    let values = values.filter(|arg| !arg.is_positional() && arg.get_action().takes_values());
    let mut options: Vec<String> = values
        .flat_map(|arg| {
            let short = arg.get_short_and_visible_aliases().unwrap_or_default().into_iter().map(|c| format!("-{c}"));
            let long =
                arg.get_long_and_visible_aliases().unwrap_or_default().into_iter().map(|word| format!("--{word}"));
            short.chain(long).collect::<Vec<_>>()
        })
        .collect();
    options.sort();
    options.dedup();
    let options = options.join(" | ");
    format!(
        r#"{script}
_dblens_targets() {{
    "$1" connections --format plain --quiet 2>/dev/null | {PICK}
}}

_dblens_with_targets() {{
    _dblens "$@"
    local typed="${{COMP_LINE:0:COMP_POINT}}" word before="" target
    word="${{typed##*[[:space:]]}}"
    case "$word" in -*) return ;; esac
    case "$3" in {options} | show) return ;; esac
    for target in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case "$target" in {others}) return ;; esac
    done
    # The shell takes `service=` for a word of its own.
    case "$word$COMP_WORDBREAKS" in *=*=*) before="${{word%"${{word##*=}}"}}" COMPREPLY=() ;; esac
    while IFS= read -r target; do
        printf -v target %q "$target"
        case "$target" in "$word"*) COMPREPLY+=("${{target#"$before"}}") ;; esac
    done < <(_dblens_targets "$1")
}}

complete -F _dblens_with_targets -o bashdefault -o default dblens
"#
    )
}

fn zsh(script: &str) -> String {
    let lines = script.lines().map(|line| match line.strip_suffix(":_files' \\") {
        Some(start) if start.contains("target -- ") => format!("{start}:_dblens_targets' \\\n"),
        _ => format!("{line}\n"),
    });
    let script: String = lines.collect();
    let function = format!(
        r#"_dblens_targets() {{
    local -a targets
    targets=("${{(@f)$(command dblens connections --format plain --quiet 2>/dev/null | {PICK})}}")
    _alternative 'targets:connection:compadd -a targets' 'files:file:_files'
}}

_dblens() {{"#
    );
    script.replacen("_dblens() {", &function, 1)
}

fn fish(script: String, command: &Command) -> String {
    let takes = with_target(command).join(" ");
    format!(
        r#"{script}
function __fish_dblens_targets
    command dblens connections --format plain --quiet 2>/dev/null | {PICK}
end

complete -c dblens -n "__fish_dblens_needs_command" -a "(__fish_dblens_targets)" -d 'Connection'
complete -c dblens -n "__fish_dblens_using_subcommand {takes}" -a "(__fish_dblens_targets)" -d 'Connection'
"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_hidden_is_not_offered_and_the_rest_is() {
        let all = cli::command();
        for shell in [Shell::Bash, Shell::Zsh, Shell::Fish] {
            let script = script(shell);
            for command in all.get_subcommands() {
                let name = command.get_name();
                let offers = match shell {
                    Shell::Bash => script.contains(&format!("dblens,{name})")),
                    Shell::Zsh => script.contains(&format!("({name})")),
                    Shell::Fish => script.contains(&format!("-a \"{name}\"")),
                };
                assert_eq!(offers, !command.is_hide_set(), "{name} for {shell:?}");
            }
            assert!(script.contains("connections --format plain --quiet"), "{shell:?}");
        }
    }

    #[test]
    fn every_target_of_zsh_is_completed_with_names() {
        let script = script(Shell::Zsh);
        let targets = script.lines().filter(|line| line.contains("target -- ")).collect::<Vec<_>>();
        assert_eq!(targets.len(), 1 + with_target(&offered(&cli::command())).len());
        assert!(targets.iter().all(|line| line.contains(":_dblens_targets'")), "{targets:?}");
    }
}
