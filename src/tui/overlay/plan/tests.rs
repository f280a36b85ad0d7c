//! Values as they are typed; the screens stand with those of the others.

use super::values_of;

#[test]
fn values_are_split_at_commas() {
    let text = |word: &str| Some(word.to_owned());
    assert_eq!(values_of("5, it's ,NULL,'x y'"), [text("5"), text("it's"), None, text("x y")]);
    assert_eq!(values_of(""), [text("")]);
}
