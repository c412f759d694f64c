use clap::CommandFactory;
use clap::error::ErrorKind;

use super::*;

fn parse(line: &str) -> Result<Cli, clap::Error> {
    Cli::try_parse_from(["slipway"].into_iter().chain(line.split(' ')))
}

#[test]
fn is_put_together_rightly() {
    Cli::command().debug_assert();
}

#[test]
fn takes_what_is_documented() {
    for line in [
        "site add shop --folder . --host h --user u",
        "site add shop --folder . --host h --user u --protocol ftps-implicit --port 990 --remote-dir /www --web-url \
         https://x --connections 16 --limit 1.5M --compare checksum --exclude *.psd --exclude !a.psd --timeout 1 --keep-versions 3 --keep-versions-size 500M \
         --attempts 1 --password-stdin",
        "site edit shop",
        "site edit shop --no-limit --no-web-url --no-exclude --no-trust-cert --ask-password",
        "site list --json",
        "site show shop",
        "site remove shop --yes",
        "check shop -v",
        "preview shop --full-check --compare modified -vvv",
        "publish shop --dry-run",
        "publish shop --yes --connections 1 --limit 500k --keep-removed --leave-out a --leave-out b --on-conflict keep",
        "--data-dir /tmp/x --json -q publish shop",
        "history shop --limit 5",
        "history shop --run 1a2b3c4d",
        "history shop --run 1a2b3c4d --log",
        "publish shop --purge --dry-run",
        "publish shop --purge --confirm shop --yes",
        "preview shop --purge",
        "pull shop",
        "pull shop --into dir --overwrite --dry-run --connections 2 --limit 500k",
        "watch shop",
        "watch shop blog --json",
        "run shop",
        "run shop --steps pull,build,publish --dry-run",
        "run shop --steps build --allow-build",
        "run shop --overwrite --yes --keep-removed --leave-out a --on-conflict keep --full-check --connections 1",
        "credential set shop",
        "credential set shop --user anna --password-stdin",
        "credential list",
        "credential list shop --show-values",
        "credential remove shop --type ftp_password --yes",
        "credential remove shop --type username",
        "credential test shop",
        "credential configure shop",
        "credential store list",
        "credential store use keychain",
        "credential store move keychain file",
        "--config slipway.json publish shop",
        "publish shop --config slipway.json",
        "config init",
        "config init deploy/slipway.json",
        "config check",
        "config check deploy/slipway.json --json",
        "config show shop",
        "import sitemanager.xml",
        "import sitemanager.xml --dry-run --folder . --yes",
        "site edit shop --build a --build b --build-output dist --build-timeout 60 --source main --source blog=news \
         --pull-into . --keep stats/ --credentials file",
        "site edit shop --credentials any",
        "practice --port 0 --http-port 0 --dir x --no-sample",
        "completions bash",
    ] {
        if let Err(error) = parse(line) {
            panic!("{line}: {error}");
        }
    }
}

#[test]
fn refuses_what_makes_no_sense() {
    for (line, kind) in [
        ("publish", ErrorKind::MissingRequiredArgument),
        ("publish a/b", ErrorKind::ValueValidation),
        ("publish a --connections 17", ErrorKind::ValueValidation),
        ("publish a --connections 0", ErrorKind::ValueValidation),
        ("publish a --limit 0", ErrorKind::ValueValidation),
        ("publish a --limit fast", ErrorKind::ValueValidation),
        ("site edit a --keep-versions 0", ErrorKind::ValueValidation),
        ("site edit a --keep-versions-size 0", ErrorKind::ValueValidation),
        ("publish a --on-conflict maybe", ErrorKind::InvalidValue),
        ("publish a -q -v", ErrorKind::ArgumentConflict),
        ("history a --run b --limit 3", ErrorKind::ArgumentConflict),
        ("site add a --folder . --host h", ErrorKind::MissingRequiredArgument),
        ("site edit a --trust-cert 12", ErrorKind::ValueValidation),
        ("site edit a --no-limit --limit 1M", ErrorKind::ArgumentConflict),
        ("site edit a --port 0", ErrorKind::ValueValidation),
        ("site edit a --port 65536", ErrorKind::ValueValidation),
        ("publish a --purge --keep-removed", ErrorKind::ArgumentConflict),
        ("publish a --confirm a", ErrorKind::MissingRequiredArgument),
        ("history a --log", ErrorKind::MissingRequiredArgument),
        ("run a --steps build,fly", ErrorKind::InvalidValue),
        ("pull", ErrorKind::MissingRequiredArgument),
        ("credential", ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand),
        ("credential set", ErrorKind::MissingRequiredArgument),
        ("credential store use cloud", ErrorKind::InvalidValue),
        ("credential remove a --type key", ErrorKind::InvalidValue),
        ("site edit a --source =b", ErrorKind::ValueValidation),
        ("site edit a --build-timeout 0", ErrorKind::ValueValidation),
        ("site edit a --credentials cloud", ErrorKind::InvalidValue),
        ("import", ErrorKind::MissingRequiredArgument),
        ("fly", ErrorKind::InvalidSubcommand),
    ] {
        let error = parse(line).expect_err(line);
        assert_eq!((error.kind(), error.exit_code()), (kind, 2), "{line}");
    }
}

#[test]
fn empty_settings_take_things_away() {
    for option in ["--build", "--build-output", "--source", "--pull-into", "--keep"] {
        Cli::try_parse_from(["slipway", "site", "edit", "shop", option, ""]).expect(option);
    }
}

#[test]
fn every_command_and_option_is_explained() {
    fn look(command: &clap::Command) {
        assert!(command.get_about().is_some(), "{}", command.get_name());
        let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
        assert!(help.contains("slipway "), "{} has no example", command.get_name());
        for argument in command.get_arguments() {
            assert!(argument.get_help().is_some(), "{} {}", command.get_name(), argument.get_id());
        }
        command.get_subcommands().for_each(look);
    }
    look(&Cli::command());
}
