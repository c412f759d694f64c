//! What the values of a text are taken for, by their labels, their form, and what is around them.

use super::candidates::{Candidate, push, score};
use super::scan::Scan;
use super::value;
use super::words::{Label, Noun, Topic, among, label, topic, words};

/// How sure something is that is only mentioned: less than what has a label.
pub(super) const MENTIONED: i32 = 6;

/// Adds `value`, if there is one and it can be FTP's. Whether there is one.
fn offer<T>(list: &mut Vec<Candidate<T>>, value: Option<T>, sure: Option<i32>, block: usize) -> bool {
    let there = value.is_some();
    if let (Some(value), Some(sure)) = (value, sure) {
        push(list, value, sure, block);
    }
    there
}

impl Scan<'_> {
    /// Takes `value` for what `label` asks for. Whether it can be that.
    pub(super) fn take(&mut self, label: Label, text: &str) -> bool {
        let named = matches!(label.noun, Noun::Host | Noun::Ip | Noun::Address | Noun::Url | Noun::Domain);
        let host = value::host(text).filter(|_| named);
        let user = value::user(text).filter(|_| label.noun == Noun::User);
        self.follow(label, host.as_ref().map(|(host, _)| host.as_str()), user.as_deref());
        let own = label.topic == Topic::Ftp;
        let about = if label.topic == Topic::Neutral { self.run } else { label.topic };
        let sure = score(about, own).map(|score| if label.temporary { score - 6 } else { score });
        let (found, block) = (&mut self.found, self.block);
        match label.noun {
            Noun::User => offer(&mut found.users, user, sure, block),
            Noun::Password => offer(&mut found.passwords, value::password(text), sure, block),
            Noun::Port => {
                let sure = sure.filter(|_| about != Topic::Ssh);
                offer(&mut found.ports, value::port(text, own), sure, block)
            }
            Noun::Protocol => {
                let protocol = value::protocol(&words(text), true);
                offer(&mut found.protocols, protocol, sure.map(|sure| sure + 5), block)
            }
            Noun::Dir | Noun::Home => {
                let less = if label.noun == Noun::Home { 3 } else { 0 };
                let good = value::dir(text, None).is_some();
                if let Some(sure) = sure.filter(|_| good) {
                    found.push_dir(text, sure - less, block);
                }
                good
            }
            Noun::Host | Noun::Ip | Noun::Address | Noun::Url | Noun::Domain => {
                self.take_name(label, text, host, sure);
                value::host(text).is_some()
            }
            Noun::UserAndPassword => false,
        }
    }

    /// What is named with a domain: a server, or where the site is seen.
    fn take_name(
        &mut self,
        label: Label,
        text: &str,
        host: Option<(String, Option<u16>)>,
        sure: Option<i32>,
    ) {
        let (Some((host, port)), Some(sure)) = (host, sure) else { return };
        let (found, block, ftp) = (&mut self.found, self.block, label.topic == Topic::Ftp);
        let web = value::bare(text).to_ascii_lowercase().starts_with("http");
        if matches!(label.noun, Noun::Url | Noun::Domain) && !ftp {
            let domain = label.noun == Noun::Domain;
            if self.run == Topic::Panel && !domain || label.topic == Topic::Panel {
                return;
            }
            if let Some(url) = value::web_url(text) {
                let less = if domain { 1 } else { 0 } + if label.temporary { 6 } else { 0 };
                push(&mut found.web_urls, url, 20 - less, block);
            }
            if domain {
                push(&mut found.domains, host, sure, block);
            }
        } else if ftp || !web {
            let less = match label.noun {
                Noun::Ip => 3,
                Noun::Address | Noun::Url | Noun::Domain => 1,
                _ => 0,
            };
            push(&mut found.hosts, host, sure - less, block);
            if let Some(port) = port.filter(|port| *port != 22) {
                push(&mut found.ports, port, sure, block);
            }
        }
    }

    /// Keeps track of what the lines are about, and of which belong to one account.
    fn follow(&mut self, label: Label, host: Option<&str>, user: Option<&str>) {
        let server = matches!(label.noun, Noun::Host | Noun::Address | Noun::Ip);
        let said = match (label.topic, host) {
            (Topic::Neutral, Some(host)) if server => value::host_topic(host),
            (topic, _) => topic,
        };
        let database = said == Topic::Database && label.noun == Noun::Address;
        if said != Topic::Neutral && (user.is_some() || host.is_some() || database) {
            self.turn(said);
        } else if said == Topic::Neutral && server && host.is_some() && self.parted {
            self.turn(self.section);
        }
        if let Some(user) = user {
            if self.user.as_deref().is_some_and(|before| before != user) {
                self.begin_block();
            }
            self.user = Some(user.to_owned());
        }
    }

    /// What a line says beside its labels.
    pub(super) fn mentions(&mut self, line: &str) {
        let words = words(line);
        self.found.cpanel |= words.iter().any(|word| among(word, "cpanel cpanelmod hascgi"));
        let said = topic(&words);
        let about = if said == Topic::Neutral { self.run } else { said };
        let ftp = about == Topic::Ftp;
        if !ftp && !matches!(about, Topic::Neutral | Topic::Panel) {
            return;
        }
        let (found, block) = (&mut self.found, self.block);
        if ftp && let Some(protocol) = value::protocol(&words, false) {
            push(&mut found.protocols, protocol, MENTIONED, block);
        }
        for pair in words.windows(2).filter(|pair| among(&pair[0], "port puerto")) {
            let ours = |port: &u16| matches!(port, 21 | 990) || ftp && !matches!(port, 0 | 22);
            if let Some(port) = pair[1].parse().ok().filter(ours) {
                push(&mut found.ports, port, MENTIONED, block);
            }
        }
        self.named(line, ftp);
    }

    /// The servers and folders that a line names, each known by its form.
    fn named(&mut self, line: &str, ftp: bool) {
        let (found, block) = (&mut self.found, self.block);
        let mut before = "";
        for token in line.split([' ', '\t', ',', ';', '(', ')', '|']) {
            let token = value::bare(
                token.trim_matches(|c: char| "*`\"'.:!\u{201c}\u{201e}\u{201d}\u{ab}\u{bb}".contains(c)),
            );
            let last = token.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
            let after_label = || {
                ftp && token.starts_with('/') && label(before).is_some_and(|label| label.noun == Noun::Dir)
            };
            if !token.contains("://") && (value::is_web_folder(last) || after_label()) {
                found.push_dir(token, MENTIONED, block);
            }
            if value::host_topic(token) == Topic::Ftp
                && let Some((host, port)) = value::host_and_port(token)
            {
                push(&mut found.hosts, host, MENTIONED, block);
                if let Some(port) = port {
                    push(&mut found.ports, port, MENTIONED, block);
                }
            }
            before = token;
        }
    }
}
