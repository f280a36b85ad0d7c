//! What the environment says of the terminal. Nothing is asked of the terminal itself.

use super::Context;
use super::file::GlyphSet;
use std::path::Path;

/// How a text gets to the person's clipboard. None of the ways tells whether it arrived.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clipboard {
    /// `tmux load-buffer -w -`: the one way that works with tmux as it comes.
    Tmux,
    /// An escape sequence that most terminals take.
    Osc52,
    /// The same through GNU screen.
    Screen,
    /// A program of this machine and its arguments, fed through its standard input.
    Tool(&'static str, &'static [&'static str]),
}

/// Terminals drop more than this, and some break: bytes of base64.
const OSC52_MAX: usize = 74_000;

impl Clipboard {
    pub fn title(self) -> &'static str {
        match self {
            Self::Tmux => "tmux load-buffer",
            Self::Osc52 => "OSC 52",
            Self::Screen => "OSC 52 through screen",
            Self::Tool(name, _) => name,
        }
    }

    /// True when a text of so many bytes can go this way.
    pub fn takes(self, bytes: usize) -> bool {
        !matches!(self, Self::Osc52 | Self::Screen) || bytes.div_ceil(3) * 4 <= OSC52_MAX
    }
}

/// The ways that may work here, best first. A tool of this machine is of no use to somebody at another one.
pub fn clipboard(ctx: &Context) -> Vec<Clipboard> {
    let mut ways = Vec::new();
    let term = ctx.var("TERM").unwrap_or_default();
    if ctx.var("TMUX").is_some() {
        ways.push(Clipboard::Tmux);
    } else if ctx.var("STY").is_some() {
        ways.push(Clipboard::Screen);
    } else if term != "linux" && !is_serial(term) {
        ways.push(Clipboard::Osc52);
    }
    if !is_remote(ctx) {
        ways.extend(tool(ctx));
    }
    ways
}

fn tool(ctx: &Context) -> Option<Clipboard> {
    let tool = if ctx.var("WAYLAND_DISPLAY").is_some() {
        Clipboard::Tool("wl-copy", &[])
    } else if ctx.var("DISPLAY").is_some() {
        Clipboard::Tool("xclip", &["-selection", "clipboard", "-in"])
    } else if cfg!(target_os = "macos") {
        Clipboard::Tool("pbcopy", &[])
    } else {
        return None;
    };
    let found = |folder: &str| Path::new(folder).join(tool.title()).is_file();
    ctx.var("PATH")?.split(':').any(found).then_some(tool)
}

pub fn is_remote(ctx: &Context) -> bool {
    ctx.var("SSH_CONNECTION").is_some() || ctx.var("SSH_TTY").is_some()
}

/// A terminal of the time of serial lines: no colours, few bytes a second.
pub fn is_serial(term: &str) -> bool {
    term.starts_with("vt1") || term.starts_with("vt2")
}

/// The signs for a locale (the first of `LC_ALL`, `LC_CTYPE`, `LANG` that is set) and a `TERM`.
pub fn glyphs(locale: &str, term: &str) -> GlyphSet {
    let locale = locale.to_ascii_lowercase();
    if !locale.contains("utf-8") && !locale.contains("utf8") {
        return GlyphSet::Ascii;
    }
    match term {
        "linux" => GlyphSet::Cp437,
        // Printed by the device itself, which knows no UTF-8.
        term if is_serial(term) || term == "ansi" => GlyphSet::Ascii,
        _ => GlyphSet::Unicode,
    }
}

/// The locale that decides on characters.
pub fn locale(ctx: &Context) -> &str {
    ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(|name| ctx.var(name)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn around(pairs: &[(&str, &str)]) -> Context {
        let env = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Context { env, ..Context::default() }
    }

    #[test]
    fn the_way_fits_the_place() {
        let titles =
            |pairs: &[(&str, &str)]| clipboard(&around(pairs)).iter().map(|way| way.title()).collect::<Vec<_>>();
        assert_eq!(titles(&[("TERM", "xterm")]), ["OSC 52"]);
        assert_eq!(titles(&[("TERM", "tmux-256color"), ("TMUX", "/tmp/s,1,0")]), ["tmux load-buffer"]);
        assert_eq!(titles(&[("TERM", "screen"), ("STY", "1.pts")]), ["OSC 52 through screen"]);
        assert_eq!(titles(&[("TERM", "vt220")]), [""; 0]);
        let remote = [("TERM", "xterm"), ("DISPLAY", ":0"), ("PATH", "/usr/bin:/bin"), ("SSH_CONNECTION", "a b")];
        assert_eq!(titles(&remote), ["OSC 52"]);
    }

    #[test]
    fn a_tool_is_used_where_it_is_installed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().to_str().unwrap();
        let here = around(&[("TERM", "xterm"), ("WAYLAND_DISPLAY", "w0"), ("PATH", path)]);
        assert_eq!(clipboard(&here), [Clipboard::Osc52]);
        std::fs::write(folder.path().join("wl-copy"), "").unwrap();
        assert_eq!(clipboard(&here), [Clipboard::Osc52, Clipboard::Tool("wl-copy", &[])]);
    }

    #[test]
    fn long_texts_go_another_way() {
        assert!(Clipboard::Osc52.takes(55_500));
        assert!(!Clipboard::Osc52.takes(55_501));
        assert!(Clipboard::Tmux.takes(1 << 30));
    }
}
