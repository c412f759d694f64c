//! Goes through a text line by line, and knows at each what it is about.

use super::address;
use super::candidates::{Candidates, push, score};
use super::pairs::{self, Line, Pair};
use super::take::MENTIONED;
use super::value;
use super::words::{Label, Noun, Topic, among, label, topic, words};

/// Lines longer than this, in characters, are no headings.
const LONGEST_HEADING: usize = 70;

/// All that `lines` offer.
pub(super) fn scan(lines: &[String]) -> Candidates {
    let mut scan = Scan {
        lines,
        short: lines.iter().filter(|line| !line.is_empty()).take(6).count() < 6,
        section: Topic::Neutral,
        run: Topic::Neutral,
        block: 0,
        user: None,
        headed: false,
        parted: true,
        found: Candidates::default(),
    };
    let mut next = 0;
    while next < lines.len() {
        next = scan.line(next);
    }
    scan.found
}

/// Where one is in a text, and what was found so far.
pub(super) struct Scan<'a> {
    lines: &'a [String],
    /// The text has a few lines only, as nobody's mail has.
    short: bool,
    /// What the last heading says.
    pub(super) section: Topic,
    /// What the last label with a topic of its own says, or else the heading.
    pub(super) run: Topic,
    pub(super) block: usize,
    /// The user name of this block.
    pub(super) user: Option<String>,
    /// The line before was a heading.
    headed: bool,
    /// The line before was empty or a rule.
    pub(super) parted: bool,
    pub(super) found: Candidates,
}

impl Scan<'_> {
    /// Reads the line at `at`, and those that belong to it. Returns which is next.
    fn line(&mut self, at: usize) -> usize {
        let lines = self.lines;
        let line = lines[at].as_str();
        if pairs::is_rule(line) {
            self.parted = true;
            return at + 1;
        }
        let next = self.table(at).unwrap_or_else(|| {
            self.addresses(line);
            let next = match pairs::read(line) {
                Line::Pairs(pairs) => self.pairs(at, &pairs),
                Line::Foreign(label, value) => self.foreign(label, value),
                Line::Text if self.login(line) => None,
                Line::Text => self.text(line),
            };
            self.mentions(line);
            next.unwrap_or(at + 1)
        });
        self.parted = false;
        next
    }

    fn addresses(&mut self, line: &str) {
        for address in address::all(line) {
            if address.user.is_some() {
                self.begin_block();
            }
            self.found.push_address(address, self.block);
        }
    }

    fn pairs(&mut self, at: usize, pairs: &[Pair<'_>]) -> Option<usize> {
        if let [Pair { label, value: "" }] = pairs {
            return self.alone(at, *label);
        }
        for pair in pairs {
            self.take(pair.label, pair.value);
        }
        self.headed = false;
        None
    }

    /// A label without a value: that is in the next line, or the label is a heading.
    fn alone(&mut self, at: usize, label: Label) -> Option<usize> {
        let lines = self.lines;
        let next = (at + 1..lines.len().min(at + 4)).find(|next| !lines[*next].is_empty())?;
        let value = lines[next].as_str();
        let sure = next == at + 1 && lines[at].ends_with([':', '\u{ff1a}']);
        let other = matches!(pairs::read(value), Line::Pairs(_)) || pairs::is_rule(value);
        let words = label.noun == Noun::Password && !sure && value.contains(char::is_whitespace);
        if !other && !words && self.take(label, value) {
            self.headed = false;
            self.addresses(value);
            return Some(next + 1);
        }
        self.text(&lines[at])
    }

    fn foreign(&mut self, label: &str, value: &str) -> Option<usize> {
        let words = words(label);
        if words.len() == 1 && among(&words[0], "subject betreff objet asunto") {
            return self.text(value);
        }
        // The name of a database stands before its user and password.
        if topic(&words) == Topic::Database {
            self.turn(Topic::Database);
        }
        self.headed = false;
        None
    }

    /// `user@host` alone in a line.
    fn login(&mut self, line: &str) -> bool {
        let line = value::bare(line);
        let Some((user, host)) =
            line.rsplit_once('@').filter(|_| !line.contains([' ', '\t']) && !line.contains("://"))
        else {
            return false;
        };
        let (host, dir) = host.split_once('/').unwrap_or((host, ""));
        let (user, password) = user.split_once(':').unwrap_or((user, ""));
        let (Some((host, port)), Some(user)) = (value::host_and_port(host), value::user(user)) else {
            return false;
        };
        let login = self.run == Topic::Ftp || self.short || !password.is_empty();
        if score(self.run, false).is_none() || !login && value::host_topic(&host) != Topic::Ftp {
            return false;
        }
        self.begin_block();
        let (found, block, score) = (&mut self.found, self.block, MENTIONED);
        push(&mut found.hosts, host, score, block);
        push(&mut found.users, user, score, block);
        if let Some(password) = value::password(password) {
            push(&mut found.passwords, password, score, block);
        }
        if let Some(port) = port {
            push(&mut found.ports, port, score, block);
        }
        if !dir.is_empty() {
            found.push_dir(dir, score, block);
        }
        true
    }

    /// A line without a label: a heading, or a sentence.
    fn text(&mut self, line: &str) -> Option<usize> {
        let about = topic(&words(line));
        let short = line.chars().count() <= LONGEST_HEADING;
        let opens = line.ends_with([':', '\u{ff1a}']) || line.ends_with(":**");
        if line.ends_with(['.', ',', ';', '!', '?']) || !short && !opens {
            // A sentence that speaks of FTP alone leads to FTP's data, where no heading says otherwise.
            if about == Topic::Ftp && matches!(self.section, Topic::Neutral | Topic::Panel) {
                self.section = Topic::Ftp;
                self.turn(Topic::Ftp);
            }
            return None;
        }
        let ends = short && !self.headed && (self.parted || opens) && line.contains(char::is_alphabetic);
        if about != Topic::Neutral || ends {
            self.section = about;
            self.run = about;
            self.begin_block();
        }
        self.headed = true;
        None
    }

    pub(super) fn turn(&mut self, about: Topic) {
        if self.run != about {
            self.run = about;
            self.begin_block();
        }
    }

    pub(super) fn begin_block(&mut self) {
        self.block += 1;
        self.user = None;
    }

    /// A table with labels over its columns; each row is an account.
    fn table(&mut self, at: usize) -> Option<usize> {
        let lines = self.lines;
        let labels = pairs::header(&pairs::cells(&lines[at]))?;
        let mut next = at + 1;
        let mut rows = 0;
        while let Some(line) = lines.get(next) {
            let cells = pairs::cells(line);
            if line.is_empty() || !pairs::is_rule(line) {
                let labelled =
                    cells.first().and_then(|cell| label(cell)).is_some_and(|l| l.noun != Noun::Address);
                if cells.len() != labels.len() || labelled {
                    break;
                }
                self.row(&labels, &cells);
                rows += 1;
            }
            next += 1;
        }
        self.run = self.section;
        self.begin_block();
        (rows > 0).then_some(next)
    }

    fn row(&mut self, labels: &[Option<Label>], cells: &[&str]) {
        let service: Vec<String> = labels
            .iter()
            .zip(cells)
            .filter(|(label, _)| label.is_none())
            .flat_map(|(_, cell)| words(cell))
            .collect();
        let about = topic(&service);
        self.run = if about == Topic::Neutral { self.section } else { about };
        self.begin_block();
        for (label, cell) in labels.iter().zip(cells) {
            if let Some(label) = label {
                self.take(*label, cell);
                self.addresses(cell);
            }
        }
    }
}
