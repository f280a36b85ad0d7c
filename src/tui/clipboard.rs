//! Copying without ever claiming success: OSC 52 has no answer.

use std::io::Write;
use std::process::{Command, Stdio};

/// How a text leaves this program.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// `tmux load-buffer -w -`: the one way that works with tmux as it comes.
    Tmux,
    /// An escape sequence that most terminals take.
    Osc52,
}

impl Way {
    pub fn title(self) -> &'static str {
        match self {
            Self::Tmux => "tmux load-buffer",
            Self::Osc52 => "OSC 52",
        }
    }
}

/// Terminals drop more than about this, and some break.
const MOST: usize = 74_000;

/// The sequence for a text; `None` when it is too long for a terminal.
pub fn osc52(text: &str) -> Option<Vec<u8>> {
    let encoded = base64(text.as_bytes());
    (encoded.len() <= MOST).then(|| format!("\x1b]52;c;{encoded}\x1b\\").into_bytes())
}

/// Hands a text to tmux; may take as long as a process does, so not for the thread that draws.
pub fn tmux(text: &str) -> Result<(), String> {
    let mut child = Command::new("tmux")
        .args(["load-buffer", "-w", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map_err(|error| format!("tmux cannot be run: {error}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(text.as_bytes()).map_err(|error| format!("tmux took no text: {error}"))?;
    }
    match child.wait() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("tmux ended with {status}")),
        Err(error) => Err(error.to_string()),
    }
}

fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let at = |n: usize| u32::from(chunk.get(n).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for n in 0..4 {
            let letter = LETTERS.get((bits >> (18 - 6 * n) & 63) as usize).copied().unwrap_or(b'=');
            out.push(if n <= chunk.len() { letter as char } else { '=' });
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_of_any_length() {
        for (text, encoded) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(base64(text.as_bytes()), encoded);
        }
    }

    #[test]
    fn too_long_for_a_terminal() {
        assert!(osc52(&"x".repeat(50_000)).is_some());
        assert_eq!(osc52(&"x".repeat(80_000)), None);
    }
}
