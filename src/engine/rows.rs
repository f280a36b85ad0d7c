//! What the engines share to read rows: bytes as values, values as text.

use crate::model::Value;

/// `00ff7f`.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// `00ff7f` as its bytes; a digit that is none counts as 0.
pub fn unhex(text: &[u8]) -> Vec<u8> {
    let digit = |byte: u8| char::from(byte).to_digit(16).unwrap_or(0) as u8;
    text.chunks(2).map(|pair| pair.iter().fold(0, |sum, &byte| sum << 4 | digit(byte))).collect()
}

/// Bytes of a text; where they are none, each wrong one is shown as `\xNN`.
pub fn text_value(bytes: &[u8]) -> Value {
    match std::str::from_utf8(bytes) {
        Ok(text) => Value::Text(text.to_owned()),
        Err(_) => Value::Odd(crate::text::from_bytes(bytes).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_that_are_no_text_are_told_apart() {
        assert_eq!(text_value("gr\u{fc}n".as_bytes()), Value::Text("gr\u{fc}n".into()));
        assert_eq!(text_value(b"a\xffb"), Value::Odd("a\\xffb".into()));
    }

    #[test]
    fn hex_there_and_back() {
        assert_eq!(unhex(hex(&[0, 127, 255]).as_bytes()), [0, 127, 255]);
    }
}
