//! JSON with comments as a tree that knows where in the file each value stands.

use jsonc_parser::ParseOptions;
use jsonc_parser::ast;
use jsonc_parser::common::Ranged;

use super::problem::{Place, ProblemKind, Report};

/// Which part of the file a value was taken from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layer {
    Site,
    Defaults,
}

#[derive(Debug, Clone)]
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) layer: Layer,
    pub(super) value: Value,
}

#[derive(Debug, Clone)]
pub(super) enum Value {
    Null,
    Flag,
    /// As it is written.
    Number(String),
    Text(Text),
    List(Vec<Node>),
    Object(Vec<Entry>),
}

#[derive(Debug, Clone)]
pub(super) struct Text {
    pub(super) text: String,
    /// Whether it is written without escapes, so that places in it are places in the file.
    plain: bool,
}

#[derive(Debug, Clone)]
pub(super) struct Entry {
    pub(super) key: String,
    /// Of the key.
    pub(super) place: Place,
    pub(super) node: Node,
}

impl Value {
    pub(super) fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Flag => "true or false",
            Self::Number(_) => "a number",
            Self::Text(_) => "a string",
            Self::List(_) => "a list",
            Self::Object(_) => "an object",
        }
    }
}

impl Node {
    pub(super) fn entries(&self) -> &[Entry] {
        if let Value::Object(entries) = &self.value { entries } else { &[] }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.entries().iter().find(|entry| entry.key == key).map(|entry| &entry.node)
    }

    /// The place of a byte of the node's text.
    pub(super) fn place_in(&self, text: &Text, at: usize) -> Place {
        let Place { line, column } = self.place;
        let before = text.text.get(..at).filter(|_| text.plain);
        Place { line, column: before.map_or(column, |before| column + 1 + before.chars().count()) }
    }

    fn mark_as_defaults(&mut self) {
        self.layer = Layer::Defaults;
        match &mut self.value {
            Value::List(items) => items.iter_mut().for_each(Self::mark_as_defaults),
            Value::Object(entries) => entries.iter_mut().for_each(|entry| entry.node.mark_as_defaults()),
            _ => {}
        }
    }

    /// This node's values over those of `defaults`: objects key by key, anything else as a whole.
    pub(super) fn over(&self, defaults: Option<&Node>) -> Node {
        let (Some(Value::Object(below)), Value::Object(above)) =
            (defaults.map(|node| &node.value), &self.value)
        else {
            return self.clone();
        };
        let mut entries: Vec<Entry> = above
            .iter()
            .map(|entry| {
                let below = below.iter().find(|other| other.key == entry.key).map(|other| &other.node);
                Entry { node: entry.node.over(below), ..entry.clone() }
            })
            .collect();
        entries.extend(below.iter().filter(|entry| self.get(&entry.key).is_none()).cloned());
        Node { value: Value::Object(entries), ..*self }
    }
}

/// Reads a text. What is wrong is reported; then there may be no tree, or one that is of use for finding more.
pub(super) fn parse(text: &str, report: &mut Report<'_>) -> Option<Node> {
    let options = ParseOptions {
        allow_comments: true,
        allow_trailing_commas: true,
        allow_loose_object_property_names: false,
        allow_missing_commas: false,
        allow_single_quoted_strings: false,
        allow_hexadecimal_numbers: false,
        allow_unary_plus_numbers: false,
        allow_bare_decimal_point_numbers: false,
        allow_non_finite_numbers: false,
        allow_extended_string_escapes: false,
    };
    // Some editors of Windows begin files with it.
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader { text, at: 0, place: Place { line: 1, column: 1 }, report };
    match jsonc_parser::parse_to_ast(text, &Default::default(), &options) {
        Ok(result) => match result.value {
            Some(value) => Some(with_layers(reader.node(&value))),
            None => {
                let place = reader.place;
                reader.report.add(place, ProblemKind::Syntax("the file is empty".into()));
                None
            }
        },
        Err(error) => {
            let place = reader.place(error.range().start);
            reader.report.add(place, ProblemKind::Syntax(error.kind().to_string().to_lowercase()));
            None
        }
    }
}

fn with_layers(mut file: Node) -> Node {
    if let Value::Object(entries) = &mut file.value {
        entries
            .iter_mut()
            .filter(|entry| entry.key == "defaults")
            .for_each(|entry| entry.node.mark_as_defaults());
    }
    file
}

/// Goes through a text once, from its beginning to its end.
struct Reader<'a, 'r, 'f> {
    text: &'a str,
    at: usize,
    place: Place,
    report: &'r mut Report<'f>,
}

impl Reader<'_, '_, '_> {
    /// The place of a byte that does not lie before the one asked for last.
    fn place(&mut self, at: usize) -> Place {
        let mut chars = self.text.get(self.at..at).unwrap_or_default().chars().peekable();
        while let Some(c) = chars.next() {
            // The last character may be a CR whose LF lies behind `at`: a place between the two is never asked for.
            if c == '\n' || c == '\r' && chars.peek() != Some(&'\n') {
                self.place = Place { line: self.place.line + 1, column: 1 };
            } else {
                self.place.column += 1;
            }
        }
        self.at = self.at.max(at);
        self.place
    }

    fn node(&mut self, value: &ast::Value<'_>) -> Node {
        let place = self.place(value.start());
        let value = match value {
            ast::Value::NullKeyword(_) => Value::Null,
            ast::Value::BooleanLit(_) => Value::Flag,
            ast::Value::NumberLit(number) => Value::Number(number.value.to_owned()),
            ast::Value::StringLit(string) => Value::Text(self.text(string)),
            ast::Value::Array(list) => {
                Value::List(list.elements.iter().map(|item| self.node(item)).collect())
            }
            ast::Value::Object(object) => Value::Object(self.entries(object)),
        };
        Node { place, layer: Layer::Site, value }
    }

    fn text(&mut self, string: &ast::StringLit<'_>) -> Text {
        let written = self.text.get(string.start() + 1..string.end().saturating_sub(1)).unwrap_or_default();
        if written.contains(|c: char| c < ' ') {
            let place = self.place;
            let what = "a string holds a line break or another control character; write \\n and the like";
            self.report.add(place, ProblemKind::Syntax(what.into()));
        }
        Text { text: string.value.clone().into_owned(), plain: written == string.value }
    }

    fn entries(&mut self, object: &ast::Object<'_>) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::with_capacity(object.properties.len());
        for property in &object.properties {
            let key = property.name.as_str().to_owned();
            let place = self.place(property.start());
            if entries.iter().any(|entry| entry.key == key) {
                self.report.add(place, ProblemKind::Duplicate { key: key.clone() });
            }
            entries.push(Entry { key, place, node: self.node(&property.value) });
        }
        entries
    }
}
