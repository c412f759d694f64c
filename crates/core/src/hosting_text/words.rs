//! The words of hosting mails, in English, German, French and Spanish: what a label asks for, and what a heading is
//! about. Folded: lower case, without accents.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// What a line, or a part of a mail, is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    /// FTP itself.
    Ftp,
    /// SSH and SFTP: often the same account.
    Ssh,
    /// The control panel: often the same account.
    Panel,
    /// Nothing in particular.
    Neutral,
    /// Mailboxes.
    Mail,
    /// Databases.
    Database,
    /// What is nobody's FTP account: name servers, the customer's own login, WordPress and the like.
    Other,
}

/// What a label asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noun {
    Host,
    /// A server's address in numbers.
    Ip,
    /// A server's address, or a person's.
    Address,
    User,
    Password,
    /// "Username/Password", with both behind it.
    UserAndPassword,
    Port,
    Protocol,
    Dir,
    /// A folder that may be above the publish folder.
    Home,
    Url,
    /// A domain; less sure than a web address.
    Domain,
}

/// A label that was understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Label {
    pub(super) noun: Noun,
    pub(super) topic: Topic,
    /// Only until the domain has moved.
    pub(super) temporary: bool,
}

const NOUNS: &[(Noun, &str)] = &[
    (
        Noun::Password,
        "password passwort kennwort passe motdepasse mdp contrasena contrasenya clave pass pw pwd passwd passphrase passcode \
         zugangspasswort",
    ),
    (Noun::Port, "port ports puerto portnummer serverport"),
    (
        Noun::Dir,
        "directory folder path verzeichnis ordner zielverzeichnis zielordner webverzeichnis \
         remoteverzeichnis serververzeichnis pfad serverpfad verzeichnispfad repertoire dossier chemin racine carpeta \
         directorio ruta documentroot docroot webroot root",
    ),
    (
        Noun::Home,
        "homedirectory homedir startverzeichnis startordner hauptverzeichnis stammverzeichnis wurzelverzeichnis \
         rootverzeichnis homeverzeichnis",
    ),
    (
        Noun::User,
        "user username usr login logon loginname benutzername benutzer benutzerkennung benutzerid nutzer nutzername \
         nutzerkennung anmeldename kennung usuario utilisateur identifiant identifiants userid hauptbenutzer \
         systembenutzer webuser signin",
    ),
    (
        Noun::Host,
        "host hostname server servername serveur servidor hote anfitrion hostadresse serveradresse rechnername webserver \
         serveraddress",
    ),
    (
        Noun::Url,
        "website webseite webpage url site internetadresse webadresse homepage internetseite sitio web siteurl",
    ),
    (Noun::Domain, "domain domains domaine dominio domainname hauptdomain"),
    (Noun::Ip, "ip ipaddress ipadresse ipv4 ipv6 serverip"),
    (Noun::Address, "adresse address addresse direccion"),
    (
        Noun::Protocol,
        "protocol protokoll protocole protocolo encryption verschlusselung verschluesselung chiffrement cryptage cifrado \
         ssl tls security sicherheit securite seguridad verbindungsart verbindungstyp verschlusselungsart \
         ubertragungsart",
    ),
];

/// The nouns that only FTP makes one: "FTP account" is a user name, "your account" is not.
const FTP_USERS: &str = "account konto compte cuenta accountname kontoname";

const TOPICS: &[(Topic, &str)] = &[
    (Topic::Ftp, "ftp ftps ftpes"),
    (Topic::Ssh, "ssh sftp shell"),
    (
        Topic::Mail,
        "mail mails email emails imap imap4 pop pop3 smtp postfach postfacher posteingang postausgang posteingangsserver \
         postausgangsserver mailserver mailbox webmail messagerie courriel courrier correo buzon incoming outgoing \
         mailkonto emailkonto mailaccount outlook thunderbird",
    ),
    (
        Topic::Database,
        "mysql mariadb postgresql postgres sql mssql db database databases datenbank datenbanken datenbankserver \
         datenbankbenutzer datenbankname donnees datos phpmyadmin mongodb redis",
    ),
    (
        Topic::Panel,
        "cpanel plesk panel panels controlpanel whm confixx ispconfig directadmin froxlor liveconfig keyhelp webmin kas \
         konsoleh hpanel cp webftp verwaltungsoberflache administrationsoberflache",
    ),
    (
        Topic::Other,
        "dns nameserver nameservers ns wordpress wp joomla drupal typo3 prestashop shopware admin administrator kunde \
         kunden kundennummer kundenlogin kundenmenu kundenbereich kundencenter kundenkonto kundenportal customer client \
         billing portal servicebereich rechnung invoice facture facturation factura vertrag bestellung order support \
         hotline vps rdp ddns webdav git",
    ),
];

/// What may stand around a noun.
const AROUND: &str = "name namen nom nombre the your our ihr ihre ihren ihres dein deine votre vos su tu mein my le la les l d de \
     du des del el der die das den dem fur fuer for pour para to zu zum zur of von vom a an in im on auf at mot is ist \
     lautet est es are hosting webhosting hebergement alojamiento webspace webspaces main haupt primary principal \
     principale default standard remote account konto compte cuenta zugang zugangs access acces acceso data \
     daten upload transfer connection verbindung connexion conexion number nummer numero num id no home document \
     dokument start ziel target base full complete public new neues neu nouveau nouvel nueva nuevo current aktuell \
     aktuelles initial first and und et y or oder ou o service system entry type typ art secure explicit implicit \
     explizit implizit explicite implicite explicito over uber ueber only linux content e files dateien file \
     temporary temporar temporaer temporaire provisoire vorlaufig vorlaufiges temporal once propagated local \
     internet here following folgende root zugangsdaten \
     shared dedicated cloud working";

const TEMPORARY: &str =
    "temporary temporar temporaer temporaire provisoire vorlaufig vorlaufiges temporal test preview vorschau";

/// What makes of a label something that is no field of an account.
const NEVER: &str = "log logs backup backups status policy reset andern change changed changer manual quota limit php cgi error \
     forgot forgotten vergessen oublie question hint antwort old altes ancien cookie proxy key keys token certificate \
     size requirements";

static NOUN: LazyLock<HashMap<&str, Noun>> = LazyLock::new(|| listed(NOUNS));
static TOPIC: LazyLock<HashMap<&str, Topic>> = LazyLock::new(|| listed(TOPICS));
static KNOWN: LazyLock<HashSet<&str>> = LazyLock::new(|| AROUND.split_ascii_whitespace().collect());
static BARRED: LazyLock<HashSet<&str>> = LazyLock::new(|| NEVER.split_ascii_whitespace().collect());

fn listed<T: Copy>(lists: &'static [(T, &'static str)]) -> HashMap<&'static str, T> {
    lists.iter().flat_map(|(kind, list)| list.split_ascii_whitespace().map(|word| (word, *kind))).collect()
}

/// The words of `text`, folded.
pub(super) fn words(text: &str) -> Vec<String> {
    let folded = fold(text);
    folded.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let mut folded = String::with_capacity(text.len());
    for c in text.nfkd().filter(|c| !is_combining_mark(*c)) {
        match c {
            '\u{df}' => folded.push_str("ss"),
            c => folded.extend(c.to_lowercase()),
        }
    }
    folded
}

/// Whether `word` is one of `list`.
pub(super) fn among(word: &str, list: &str) -> bool {
    list.split_ascii_whitespace().any(|known| known == word)
}

/// What `words` are about, all in all.
pub(super) fn topic(words: &[String]) -> Topic {
    let has = |wanted: Topic| words.iter().any(|word| word_topic(word) == wanted);
    let elsewhere = [Topic::Mail, Topic::Database].into_iter().find(|other| has(*other));
    match (has(Topic::Ftp), elsewhere) {
        (true, Some(_)) => Topic::Neutral,
        (true, None) => Topic::Ftp,
        (false, Some(other)) => other,
        _ => {
            let rest = [Topic::Ssh, Topic::Panel, Topic::Other].into_iter();
            rest.into_iter().find(|other| has(*other)).unwrap_or(Topic::Neutral)
        }
    }
}

fn word_topic(word: &str) -> Topic {
    TOPIC.get(word).copied().unwrap_or_else(|| match glued(word) {
        Some((topic, _)) => topic,
        // "FTP-Zugangsdaten" without its hyphen, and the like.
        None if word.starts_with("ftp") && word.len() > 6 => Topic::Ftp,
        None => Topic::Neutral,
    })
}

/// A noun that has its topic before it without a gap: `ftpserver`, `mailpasswort`.
fn glued(word: &str) -> Option<(Topic, Noun)> {
    let before = [
        ("sftp", Topic::Ssh),
        ("ftps", Topic::Ftp),
        ("ftp", Topic::Ftp),
        ("ssh", Topic::Ssh),
        ("imap", Topic::Mail),
        ("smtp", Topic::Mail),
        ("mail", Topic::Mail),
        ("mysql", Topic::Database),
        ("db", Topic::Database),
        ("datenbank", Topic::Database),
    ];
    let parts =
        before.iter().filter_map(|(start, topic)| Some((*topic, *NOUN.get(word.strip_prefix(start)?)?)));
    parts.into_iter().next()
}

/// What `text` asks for, if it is a label.
pub(super) fn label(text: &str) -> Option<Label> {
    if text.len() > 100 {
        return None;
    }
    let mut words = words(text);
    // "Host (IP address or DNS name)" is no name server's.
    if let Some(at) = words.windows(2).position(|pair| pair == ["dns", "name"]) {
        words.remove(at);
    }
    if words.is_empty() || words.len() > 12 || words.iter().any(|word| BARRED.contains(word.as_str())) {
        return None;
    }
    let topic = topic(&words);
    let nouns: Vec<Option<Noun>> = words.iter().map(|word| word_noun(word, topic)).collect();
    let known = |word: &str| KNOWN.contains(word) || word_topic(word) != Topic::Neutral;
    let unknown = words.iter().zip(&nouns).filter(|(word, noun)| noun.is_none() && !known(word)).count();
    // A whole sentence may end in a label, where it says that it is about FTP.
    let sentence = topic == Topic::Ftp && nouns.iter().rev().take(3).any(Option::is_some);
    if unknown > 0 && !sentence {
        return None;
    }
    let found = |wanted: Noun| nouns.contains(&Some(wanted));
    // "Logon type: normal" names nobody.
    if found(Noun::User) && words.iter().any(|word| among(word, "type typ tipo")) {
        return None;
    }
    let noun = noun(text, &words, &found).or_else(|| bare(&words, topic))?;
    // The password of `root` is the computer's own.
    let root = found(Noun::User) || noun == Noun::Password;
    let topic = if root && topic == Topic::Neutral && words.iter().any(|w| w == "root") {
        Topic::Other
    } else {
        topic
    };
    Some(Label { noun, topic, temporary: words.iter().any(|word| among(word, TEMPORARY)) })
}

fn word_noun(word: &str, topic: Topic) -> Option<Noun> {
    let account = topic == Topic::Ftp && among(word, FTP_USERS);
    NOUN.get(word).copied().or_else(|| glued(word).map(|(_, noun)| noun)).or(account.then_some(Noun::User))
}

/// Which of the nouns in a label it asks for: "FTP user password" is a password.
fn noun(text: &str, words: &[String], found: &dyn Fn(Noun) -> bool) -> Option<Noun> {
    let dir = found(Noun::Dir) || found(Noun::Home);
    let home = found(Noun::Home) || words.iter().any(|word| among(word, "home start"));
    let address = found(Noun::Address) && (found(Noun::Url) || found(Noun::Domain));
    let order = [
        (found(Noun::User) && found(Noun::Password) && text.contains(['/', '&', '+']), Noun::UserAndPassword),
        (found(Noun::Password), Noun::Password),
        (found(Noun::Port), Noun::Port),
        (dir && home, Noun::Home),
        (dir, Noun::Dir),
        (found(Noun::User) && found(Noun::Url), Noun::Url),
        (found(Noun::User), Noun::User),
        (address, Noun::Url),
        (found(Noun::Ip), Noun::Ip),
        (found(Noun::Host), Noun::Host),
        (found(Noun::Url) && !(found(Noun::Domain)), Noun::Url),
        (found(Noun::Domain), Noun::Domain),
        (found(Noun::Address), Noun::Address),
        (found(Noun::Protocol), Noun::Protocol),
    ];
    order.into_iter().find(|(holds, _)| *holds).map(|(_, noun)| noun)
}

/// "FTP: ftp.example.com": a label of its topic alone is followed by an address, if by anything.
fn bare(words: &[String], topic: Topic) -> Option<Noun> {
    let all = words
        .iter()
        .all(|word| word_topic(word) != Topic::Neutral || among(word, "access zugang acces acceso"));
    (all && topic != Topic::Other).then_some(Noun::Address)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_four_languages() {
        use Noun::*;
        for (text, noun, topic) in [
            ("FTP Server", Host, Topic::Ftp),
            ("FTP-Benutzername", User, Topic::Ftp),
            ("FTPPasswort", Password, Topic::Ftp),
            ("Nom d\u{2019}utilisateur FTP", User, Topic::Ftp),
            ("Mot de passe", Password, Topic::Neutral),
            ("Contraseña", Password, Topic::Neutral),
            ("Hôte", Host, Topic::Neutral),
            ("UserName", User, Topic::Neutral),
            ("FTP & explicit FTPS port", Port, Topic::Ftp),
            ("Document root", Dir, Topic::Neutral),
            ("Home directory", Home, Topic::Neutral),
            ("Nom de domaine", Domain, Topic::Neutral),
            ("Adresse du site", Url, Topic::Neutral),
            ("Username / Password", UserAndPassword, Topic::Neutral),
            ("E-Mail-Passwort", Password, Topic::Mail),
            ("Mot de passe base de données", Password, Topic::Database),
            ("cPanel username", User, Topic::Panel),
            ("Login URL", Url, Topic::Neutral),
            ("Bitte verwenden Sie den folgenden FTP-Server", Host, Topic::Ftp),
            ("Root password", Password, Topic::Other),
            ("SFTP Server Port", Port, Topic::Ssh),
        ] {
            let read = label(text);
            assert_eq!(read.map(|l| (l.noun, l.topic)), Some((noun, topic)), "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_labels() {
        for text in [
            "Server status",
            "NameServer1",
            "Nameserver 1",
            "HomeRoot",
            "Password policy",
            "Note",
            "CpanelMod",
            "",
            "PHP path",
        ] {
            assert_eq!(label(text), None, "{text}");
        }
    }
}
