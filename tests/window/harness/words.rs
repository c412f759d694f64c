//! The words of the window, as they stand in its English messages.

use std::sync::OnceLock;

use serde_json::Value;

/// A message without anything to fill in.
#[track_caller]
pub(crate) fn say(key: &str) -> String {
    say_with(key, &[])
}

/// A message with what is filled in; `count` chooses between one and many.
#[track_caller]
pub(crate) fn say_with(key: &str, inputs: &[(&str, &str)]) -> String {
    static MESSAGES: OnceLock<Value> = OnceLock::new();
    let messages = MESSAGES.get_or_init(|| {
        let text = include_str!("../../../ui/src/messages/en.json");
        serde_json::from_str(text).unwrap()
    });
    let message = &messages[key];
    let one = inputs.contains(&("count", "1"));
    let chosen = if message.is_array() {
        &message[0]["match"][if one { "plural=one" } else { "plural=*" }]
    } else {
        message
    };
    let mut text = chosen.as_str().unwrap_or_else(|| panic!("no message {key}")).to_owned();
    for (name, value) in inputs {
        text = text.replace(&format!("{{{name}}}"), value);
    }
    assert!(!text.contains('{'), "something of {key} is not filled in: {text}");
    text
}
