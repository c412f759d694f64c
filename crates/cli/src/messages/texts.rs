//! The words of every code. A code without words does not compile.

use slipway_core::Code;

use super::fill::Fill;
use super::{Doing, Words};
use crate::output::inline;
use crate::words::count;

impl Fill<'_> {
    /// The words of the code.
    pub(super) fn of_code(&self) -> Words {
        let (host, path) = (self.host(), self.path());
        match self.failure.code {
            Code::HostNotFound => say("No server has this address",
                format!("Nothing answers to \"{host}\". Is there a typing mistake? Compare it with the mail from your \
                         hosting company."))
                .then("Change the address:", self.edit("--host ADDRESS")),
            Code::ConnectionRefused => say("The server does not let Slipway in",
                format!("{} is there, but turns connections away{}. The address may be right for something else, such \
                         as mail, or the service may be paused.", self.host_first(), self.at_port()))
                .then("Compare the address and the port with the mail from your hosting company, and change them:",
                    self.edit("--host ADDRESS --port NUMBER")),
            Code::ConnectionTimedOut => say("The server does not answer",
                format!("Slipway waited {} for {host}. The server may be down, or a firewall on your side blocks the \
                         way.", self.patience()))
                .then("Try again later:", self.again("check", "")),
            Code::ConnectionLost => say("The connection was lost",
                format!("{} stopped answering.{}", self.host_first(), self.arrived()))
                .then("Carry on:", self.go_on(""))
                .then("If it happens again, go more gently:", self.go_on("--connections 1")),
            Code::SecureNotOffered => say("This server offers no secure connection",
                "Without one, anyone on the way can read your password. Your password has not been sent. Most hosting \
                 companies have a secure address too.")
                .then("Change the address:", self.edit("--host ADDRESS"))
                .then("Go on without security, if there is no other way:", self.edit("--protocol ftp")),
            Code::SecureFailed => say("The secure connection could not be set up",
                format!("{} and Slipway found no way to encrypt what is sent.", self.host_first()))
                .then("Ask your hosting company which port and protocol to use. The other kind of encryption:",
                    self.edit(self.other_encryption())),
            Code::CertificateUnknown => say("Is this really your server?",
                format!("The connection is encrypted, but {} Compare the details, or ask your hosting company. Your \
                         password has not been sent.", self.distrust()))
                .then("If it is your server, trust it:", self.trust()),
            Code::CertificateChanged => say("The server shows a different identity than before",
                "It may have been renewed, or somebody may be in between. Ask your hosting company before you trust \
                 it. Your password has not been sent.")
                .then("If they say that it is theirs, trust the new one:", self.trust()),
            Code::LoginRejected => say("The password was not accepted",
                format!("{} refused the user name or the password. Was it changed lately? Slipway tried once only, so \
                         that your hosting company does not lock you out.", self.host_first()))
                .then("Type both again:", self.again("credential configure", "")),
            Code::TooManyConnections => say("The server is busy with other connections",
                format!("{} allows only a few at a time. Another program may be using them. Slipway already went down \
                         to one.", self.host_first()))
                .then("Try again in a few minutes:", self.retry()),
            Code::FolderNotFound if self.pulling() => say("The folder on the server is not there",
                format!("{path} cannot be found. It may have been renamed, or your hosting company moved your \
                         website."))
                .then("Choose another folder:", self.edit("--remote-dir DIR")),
            Code::FolderNotFound => say("The folder on the server is not there",
                format!("{path} cannot be found, and cannot be made. It may have been renamed, or your hosting company \
                         moved your website."))
                .then("Choose another folder:", self.edit("--remote-dir DIR")),
            Code::PermissionDenied if self.pulling() => say("The server does not allow reading this",
                format!("{} may log in, but not read {}.", self.user_first(), self.path_within()))
                .and("Your hosting company can give you the right to."),
            Code::PermissionDenied => say("The server does not allow saving here",
                format!("{} may look at {}, but not save in it.", self.user_first(), self.path_within()))
                .then("Choose another folder:", self.edit("--remote-dir DIR")),
            Code::HostingFull => say("Your hosting space is full",
                "Remove old things at your hosting company, or ask for more space. What has arrived is kept for the \
                 next try.")
                .then("Then carry on:", self.go_on("")),
            Code::NameNotAllowed => say(
                self.count("1 name cannot be used on this server", "names cannot be used on this server"),
                format!("It does not take some letters or very long names{}. Rename what is called so, or leave it \
                         out.{}", self.such_as(), self.nothing_sent()))
                .then("Leave them out:", self.leave_out()),
            Code::LocalFolderMissing if self.lacks_output() => say("The commands did not make the folder that is published",
                format!("Slipway looked for \"{}\" after they had ended. Do they write elsewhere?", self.folder()))
                .then("Say where they write:", self.edit("--build-output DIR")),
            Code::LocalFolderMissing if self.pulling() => say("There is no folder to bring the website down into",
                format!("\"{}\" is something else.", self.folder()))
                .then("Choose another one:", self.again("pull", "--into DIR")),
            Code::LocalFolderMissing if self.make().is_some() => say("The folder of this website is not there",
                format!("Slipway looked for \"{}\". It is made by the commands of this website.", self.folder()))
                .then("To make it:", self.make()),
            Code::LocalFolderMissing => say("The folder of this website is not there",
                format!("Slipway looked for \"{}\". Was it moved or renamed, or is it on a stick or drive that is not \
                         plugged in?", self.folder()))
                .then("Say where it is now:", self.edit("--folder DIR")),
            Code::LocalFolderEmpty => say("The folder of this website is empty",
                format!("\"{}\" is there, but holds nothing that could be published. An empty folder never removes \
                         anything from the web.", self.folder()))
                .then("It is made by commands. To make it:", self.make())
                .then("Choose another folder:", self.edit("--folder DIR")),
            Code::LocalFileUnwritable => say(
                self.count("1 file could not be written here", "files could not be written here"),
                format!("Another program may hold {} open, or you may not be allowed to write there{}.", self.it(),
                    self.path_aside()))
                .then("Then carry on:", self.go_on("")),
            Code::LocalFileUnreadable => say(self.count("1 file cannot be read", "files cannot be read"),
                format!("Another program may hold {} open, or you may not be allowed to read {}{}.", self.it(),
                    self.it(), self.path_aside()))
                .then("Leave them out:", self.leave_out()),
            Code::LocalFileChanging => say(format!("{path} keeps changing"),
                "It is being saved again and again, so there is no finished version to send. Close the program that \
                 writes it.")
                .then("Publish without it:", self.leave_out()),
            Code::PasswordMissing if self.setting.doing == Doing::Keep => say("There is no password to keep",
                "None was given or typed, so nothing was changed.")
                .then("Type one at a terminal:", self.again("credential set", ""))
                .then("Or give it on standard input:", self.again("credential set", "--password-stdin"))
                .then("Then see whether the server accepts it:", self.again("credential test", "")),
            Code::PasswordMissing if self.setting.doing == Doing::Remove => say("There is nothing to forget",
                "Nothing of the kind is kept for this website in the place where its password belongs.")
                .then("See what is kept where:", self.command("credential list")),
            Code::PasswordMissing => say("The password for this website is needed",
                format!("None is kept on this computer for {} at {host}.", self.user()))
                .then("Keep one:", self.password())
                .also(self.by_variable()),
            Code::KeychainLocked => say("The keychain is locked",
                "The password is kept in this computer's keychain. Unlock it and try again.")
                .also(self.by_variable()),
            Code::KeychainUnavailable => say("This computer has no keychain to use",
                format!("Slipway can keep passwords in an encrypted file of its own instead. You choose a pass phrase \
                         for it.{}", self.nothing_added()))
                .then("Keep passwords in an encrypted file:", self.command("credential store use file"))
                .also(self.by_variable()),
            Code::CredentialsKeyMissing => say("The pass phrase of your passwords is needed",
                "They are kept in an encrypted file, and there was nobody who could be asked for its pass phrase.")
                .and("Type the command at a terminal, or give the pass phrase in the environment variable \
                      SLIPWAY_CREDENTIALS_KEY."),
            Code::CredentialsKeyWrong => say("The pass phrase was not accepted",
                "It does not open the encrypted file that your passwords are kept in. The file is as it was.")
                .and("Type it again, or look into the environment variable SLIPWAY_CREDENTIALS_KEY if it is set."),
            Code::CredentialsDamaged => say("The file that your passwords are kept in is damaged",
                format!("{} Slipway leaves it as it is.", self.detail()))
                .and("Put a copy of it back, if you have one. Else move it away, and keep your passwords anew.")
                .then("To keep one:", self.command("credential set NAME")),
            Code::CredentialsReadOnly => say("Passwords cannot be kept there",
                "Environment variables are only read: Slipway cannot change them.")
                .then("See the places where passwords can be kept:", self.command("credential store list"))
                .and("Then choose one that works here, with 'credential store use'."),
            Code::CredentialsAmbiguous => say("Two sites have the same environment variable", self.detail())
                .and("Or keep one of the two passwords elsewhere, and remove the variable."),
            Code::Conflict if self.failure.count.is_none() => say("Something on the server is in the way",
                format!("What stays there has the place of a file or a folder of yours{}.", self.path_aside()))
                .and("Take it off the server, or give yours another name."),
            Code::Conflict if self.undoing() => say(
                self.count("1 file was changed on the server by someone else",
                    "files were changed on the server by someone else"),
                format!("That was since your last publish{}. Putting the version back would replace {}.",
                    self.path_aside(), self.it()))
                .then("See all of them:", self.publish("--dry-run"))
                .then("Leave the server's as they are:", self.publish("--on-conflict keep"))
                .then("Replace them:", self.publish("--on-conflict replace")),
            Code::Conflict => say(
                self.count("1 file was changed on the server by someone else",
                    "files were changed on the server by someone else"),
                format!("That was since your last publish{}. Publishing would replace {}.", self.path_aside(),
                    self.it()))
                .then("See all of them:", self.again("preview", "--full-check"))
                .then("Leave the server's as they are:", self.publish("--full-check --on-conflict keep"))
                .then("Replace them with yours:", self.publish("--full-check --on-conflict replace")),
            Code::ManyRemovals if self.undoing() => say(
                self.count("This would remove 1 file from the web", "files would be removed from the web"),
                "That is more than half of what is online. The version that would be put back does not have it.")
                .then("See all of them:", self.publish("--dry-run"))
                .then("Remove them:", self.publish("--yes")),
            Code::ManyRemovals => say(
                self.count("This would remove 1 file from the web", "files would be removed from the web"),
                "That is more than half of what is online, and no longer in your folder. Was that on purpose, or was \
                 something moved or deleted by mistake?")
                .then("See all of them:", self.again("preview", ""))
                .then("Publish, but remove nothing:", self.publish("--keep-removed"))
                .then("Remove them:", self.publish("--yes")),
            Code::ConfirmationNeeded => self.confirmation(),
            Code::BuildNotAllowed => say("The commands that make this website need your yes",
                "Commands may do on this computer all that you may do. So Slipway shows them, and runs them only once \
                 you have allowed them.")
                .listing(self.commands())
                .then("Allow them:", self.allow()),
            Code::BuildFailed => say("Making the website did not work",
                format!("{} Slipway has sent nothing.", self.build_ended()))
                .listing(self.detail_lines())
                .then("Try again:", self.go_on(""))
                .then("Show all it said:", self.log_of_run())
                .then("Change the command:", self.edit("--build COMMAND")),
            Code::SourcesClash => say("Two of your folders hold the same file",
                format!("Both would go to {}. Slipway does not choose between them.", self.path_within()))
                .and("Rename one of the two, or give each folder a place of its own on the server.")
                .then("To give them places:", self.edit("--source DIR=FOLDER --source DIR=FOLDER")),
            Code::ImportFailed => say("This file cannot be imported", self.detail())
                .and("Nothing was added."),
            Code::VersionMissing => say("There is no such version to put back",
                "Slipway keeps the last versions of a website on this computer: 5, up to 2 GB, unless its settings say otherwise.")
                .then("See which there are:", self.again("history", "")),
            Code::VersionDamaged => say("That version is not whole any more",
                format!("On this computer content of it is missing, or was altered{}. So nothing was begun.",
                    self.path_aside()))
                .then("See which others there are:", self.again("history", "")),
            Code::AnotherPublishRunning if self.pulling() => say("Another Slipway is at work on this website",
                "Two at once would get in each other's way.")
                .then("Try again once it has finished:", self.go_on("")),
            Code::AnotherPublishRunning if self.failure.publisher.is_some() => self.other_publisher(),
            Code::AnotherPublishRunning => say("This website is being published already",
                "Another Slipway is at work on it. Two at once would get in each other's way.")
                .and("Try again once it has finished."),
            Code::ThisComputerFull if self.pulling() => say("This computer's disk is full",
                "There is no room for what comes down from the server. What has come down is whole.")
                .and("Empty the bin, or remove something else.")
                .then("Then carry on:", self.go_on("")),
            Code::ThisComputerFull => say("This computer's disk is full",
                "Slipway needs some space for its notes, which make it safe to be interrupted.")
                .and("Empty the bin, or remove something else, and try again."),
            Code::ServerMisbehaves => say("The server gave answers that make no sense",
                format!("{} said a thing was done, but it was not. Slipway stopped rather than guess.",
                    self.host_first()))
                .then("Go more gently:", self.go_on("--connections 1")),
            Code::UnsupportedByServer => say("This server cannot do that",
                format!("{} lacks something that is needed for this step.", self.host_first()))
                .and("Ask your hosting company whether there is another way to send files."),
            Code::Cancelled if self.setting.doing.runs() => say(self.stopped(), self.arrived())
                .then("Carry on:", self.go_on("")),
            Code::Cancelled => say("Stopped", "Slipway did nothing more."),
            Code::ConfigurationInvalid if self.lists_problems() => say("The project file cannot be used",
                format!("There {} in it.", self.mistakes()))
                .listing(self.detail_lines())
                .then("Once it is changed, check it:", self.command("config check")),
            Code::ConfigurationInvalid if self.setting.doing == Doing::Check => say("The project file cannot be used yet",
                self.detail()),
            Code::ConfigurationInvalid if self.setting.doing == Doing::Begin => say("The file was not written",
                self.detail()),
            Code::ConfigurationInvalid => say("A setting cannot be used", self.detail()),
            Code::SiteNotFound => say("There is no site of that name",
                format!("Slipway knows no site called {}.", self.name()))
                .then("See all sites:", self.command("site list")),
            Code::SiteExists => say("There is a site of that name already", self.detail())
                .then("See all sites:", self.command("site list")),
            Code::RunNotFound => say("There is no such publish", self.detail())
                .then("See all of them:", self.again("history", "")),
            Code::DataUnusable => say("Slipway cannot use what it keeps on this computer", self.detail()),
            Code::Unexpected => say("Something went wrong inside Slipway",
                "That is a fault of Slipway, not yours. The details help to mend it.")
                .and(self.log()),
        }
    }

    /// Another computer publishes the site.
    fn other_publisher(&self) -> Words {
        let publisher = self.failure.publisher.as_deref();
        let name = publisher.and_then(|publisher| publisher.name.as_deref());
        let name = name.map_or_else(|| "Another computer".to_owned(), inline);
        let silent = publisher.and_then(|publisher| publisher.silent_seconds);
        let words = say(
            "This website is being published from another computer",
            format!("{name} is at work on it. Two at once would get in each other's way."),
        );
        match (publisher.is_some_and(|publisher| publisher.may_be_replaced), silent) {
            (true, Some(silent)) => words
                .and(format!(
                    "Nothing was heard of it for {}, so it may have been cut off.",
                    count(silent / 60, "minute", "minutes")
                ))
                .then("If it does not go on any more, take over:", self.go_on("--take-over")),
            _ => words.then("Wait until it has finished, and publish then:", self.go_on("--wait")),
        }
    }
}

pub(super) fn say(title: impl Into<String>, explanation: impl Into<String>) -> Words {
    let explanation: String = explanation.into();
    Words { title: title.into(), explanation: explanation.trim().to_owned(), ..Words::default() }
}

impl Words {
    /// Adds what it is about, line by line.
    fn listing(mut self, lines: Vec<String>) -> Self {
        self.listing = lines;
        self
    }

    /// Adds what to do, with the command that does it; nothing where no command is known.
    pub(super) fn then(mut self, text: &str, command: Option<String>) -> Self {
        if command.is_some() {
            self.actions.push((text.to_owned(), command));
        }
        self
    }

    /// Adds what to do, where no command does it; nothing where it is not known.
    fn also(mut self, text: Option<String>) -> Self {
        self.actions.extend(text.map(|text| (text, None)));
        self
    }

    /// Adds what to do, where no command does it.
    pub(super) fn and(mut self, text: impl Into<String>) -> Self {
        self.actions.push((text.into(), None));
        self
    }
}
