//! TypeScript as people write it: declarations are read as the generator makes them, and laid out anew.

use std::iter::once;

/// Lines are no longer than this, where that can be.
const WIDTH: usize = 120;

/// A type.
enum Type {
    Word(String),
    Text(String),
    List(Box<Type>),
    Applied(String, Vec<Type>),
    Object(Vec<Field>),
    Union(Vec<Type>),
    Both(Vec<Type>),
}

struct Field {
    docs: Vec<String>,
    name: String,
    optional: bool,
    of: Type,
}

/// A declaration, laid out, with its comment.
pub(super) fn declaration(name: &str, docs: Option<&str>, of: &str) -> String {
    let of = Reader { rest: of }.whole();
    let declared = match &of {
        Type::Object(_) => format!("export interface {name} {}", of.shown(0)),
        Type::Union(members) if of.on_one_line().is_none_or(|line| line.len() + name.len() + 16 > WIDTH) => {
            format!("export type {name} ={};", union(members, 2))
        }
        _ => format!("export type {name} = {};", of.shown(0)),
    };
    format!("{}{declared}\n", comment(docs.unwrap_or_default()))
}

/// A comment before a declaration.
pub(super) fn comment(docs: &str) -> String {
    indented(&lines(docs), 0)
}

/// The lines of a comment, without what marks it as one and without links that only Rust knows.
fn lines(comment: &str) -> Vec<String> {
    let bare =
        |line: &str| line.trim().trim_start_matches(['/', '*']).trim_end_matches("*/").trim().to_owned();
    let unlinked = |line: String| line.replace("[`", "`").replace("`]", "`");
    comment.lines().map(bare).map(unlinked).filter(|line| !line.is_empty()).collect()
}

/// Words, in lines that are as long as may be.
fn indented(lines: &[String], indent: usize) -> String {
    let space = " ".repeat(indent);
    let text = lines.join(" ");
    if text.is_empty() {
        return String::new();
    }
    if indent + text.len() + 7 <= WIDTH {
        return format!("{space}/** {text} */\n");
    }
    let mut broken = format!("{space}/**\n{space} *");
    let mut width = indent + 2;
    for word in text.split(' ') {
        if width + word.len() + 1 > WIDTH {
            broken += &format!("\n{space} *");
            width = indent + 2;
        }
        broken += &format!(" {word}");
        width += word.len() + 1;
    }
    format!("{broken}\n{space} */\n")
}

fn union(members: &[Type], indent: usize) -> String {
    let space = " ".repeat(indent);
    let member = |member: &Type| match member {
        Type::Both(_) => format!("\n{space}| ({})", member.shown(indent + 2)),
        _ => format!("\n{space}| {}", member.shown(indent + 2)),
    };
    members.iter().map(member).collect()
}

impl Type {
    fn shown(&self, indent: usize) -> String {
        if let Some(line) = self.on_one_line().filter(|line| indent + line.len() + 8 <= WIDTH) {
            return line;
        }
        match self {
            Self::Object(fields) => {
                let fields: String = fields.iter().map(|field| field.shown(indent + 2)).collect();
                format!("{{\n{fields}{}}}", " ".repeat(indent))
            }
            Self::Union(members) => union(members, indent + 2),
            Self::Both(parts) => parts.iter().map(|part| part.shown(indent)).collect::<Vec<_>>().join(" & "),
            Self::Word(_) | Self::Text(_) | Self::List(_) | Self::Applied(..) => {
                self.on_one_line().unwrap_or_default()
            }
        }
    }

    /// As one line, if it holds no comment.
    fn on_one_line(&self) -> Option<String> {
        let all = |types: &[Self], between: &str| {
            let types: Option<Vec<String>> = types.iter().map(Self::on_one_line).collect();
            Some(types?.join(between))
        };
        Some(match self {
            Self::Word(word) => word.clone(),
            Self::Text(text) => format!("'{text}'"),
            Self::List(of) => match &**of {
                Self::Union(_) | Self::Both(_) => format!("({})[]", of.on_one_line()?),
                _ => format!("{}[]", of.on_one_line()?),
            },
            Self::Applied(word, to) => format!("{word}<{}>", all(to, ", ")?),
            Self::Object(fields) => {
                let field = |field: &Field| {
                    let of = field.of.on_one_line().filter(|_| field.docs.is_empty())?;
                    Some(field.declared(&of))
                };
                let fields: Option<Vec<String>> = fields.iter().map(field).collect();
                format!("{{ {} }}", fields?.join("; "))
            }
            Self::Union(members) => all(members, " | ")?,
            Self::Both(parts) => all(parts, " & ")?,
        })
    }
}

impl Field {
    fn shown(&self, indent: usize) -> String {
        let space = " ".repeat(indent);
        format!("{}{space}{};\n", indented(&self.docs, indent), self.declared(&self.of.shown(indent)))
    }

    fn declared(&self, of: &str) -> String {
        format!("{}{}: {of}", self.name, if self.optional { "?" } else { "" })
    }
}

/// Reads what the generator writes, from left to right.
struct Reader<'a> {
    rest: &'a str,
}

impl<'a> Reader<'a> {
    fn whole(mut self) -> Type {
        let of = self.union();
        assert!(self.is_at(";") && self.rest.is_empty(), "not understood: {}", self.rest);
        of
    }

    /// Goes past this, if it comes next.
    fn is_at(&mut self, text: &str) -> bool {
        let next = self.rest.trim_start().strip_prefix(text);
        self.rest = next.unwrap_or(self.rest);
        next.is_some()
    }

    fn past(&mut self, text: &str) {
        assert!(self.is_at(text), "{text} is missing before: {}", self.rest);
    }

    fn until(&mut self, ends: impl Fn(char) -> bool) -> &'a str {
        let (text, rest) = self.rest.split_at(self.rest.find(ends).unwrap_or(self.rest.len()));
        self.rest = rest;
        text
    }

    fn union(&mut self) -> Type {
        self.several("|", Self::both, Type::Union)
    }

    fn both(&mut self) -> Type {
        self.several("&", Self::one, Type::Both)
    }

    fn several(&mut self, between: &str, one: fn(&mut Self) -> Type, all: fn(Vec<Type>) -> Type) -> Type {
        let first = one(self);
        let mut types: Vec<Type> = once(first).collect();
        while self.is_at(between) {
            types.push(one(self));
        }
        match (types.pop(), types.is_empty()) {
            (Some(only), true) => only,
            (last, _) => all(types.into_iter().chain(last).collect()),
        }
    }

    fn one(&mut self) -> Type {
        if self.is_at("{") {
            return self.object();
        }
        if self.is_at("(") {
            let of = self.union();
            self.past(")");
            return of;
        }
        for quote in ["\"", "'"] {
            if self.is_at(quote) {
                let text = self.until(|c| quote.contains(c)).to_owned();
                self.past(quote);
                return Type::Text(text);
            }
        }
        self.rest = self.rest.trim_start();
        let word = self.until(|c| !c.is_alphanumeric() && c != '_').to_owned();
        assert!(!word.is_empty(), "not understood: {}", self.rest);
        if !self.is_at("<") {
            return Type::Word(word);
        }
        let mut to = vec![self.union()];
        while self.is_at(",") {
            to.push(self.union());
        }
        self.past(">");
        match (word.as_str(), to.pop()) {
            ("Array", Some(of)) => Type::List(Box::new(of)),
            (_, last) => Type::Applied(word, to.into_iter().chain(last).collect()),
        }
    }

    fn object(&mut self) -> Type {
        let mut fields = Vec::new();
        while !self.is_at("}") {
            if self.is_at("[") {
                return self.map();
            }
            fields.push(self.field());
            let _ = self.is_at(",");
        }
        Type::Object(fields)
    }

    fn field(&mut self) -> Field {
        let mut docs = Vec::new();
        if self.is_at("/**") {
            let (text, rest) = self.rest.split_once("*/").unwrap_or((self.rest, ""));
            docs = lines(text);
            self.rest = rest;
        }
        self.rest = self.rest.trim_start();
        let name = self.until(|c| matches!(c, '?' | ':')).trim_matches('"').to_owned();
        let optional = self.is_at("?");
        self.past(":");
        Field { docs, name, optional, of: self.union() }
    }

    /// `[key in string]: Type }`
    fn map(&mut self) -> Type {
        self.past("key in");
        let key = self.union();
        self.past("]");
        self.past(":");
        let of = self.union();
        self.past("}");
        Type::Applied("Record".to_owned(), vec![key, of])
    }
}
