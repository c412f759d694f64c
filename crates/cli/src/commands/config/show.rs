//! `slipway config show`: each setting of a site in a project file, and where it comes from.

use clap::Args;
use serde_json::{Value, json};
use slipway_api::Shown;
use slipway_core::Failure;

use super::super::Context;
use crate::args::Name;
use crate::output::inline;
use crate::words::table;

/// Show each setting of a site, its value, and where that comes from.
///
/// Takes the site from the file of --config, else from slipway.json in this folder. Passwords are not shown: where
/// they are found is.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  slipway config show shop
  slipway --config deploy/slipway.json config show shop")]
pub(super) struct Show {
    #[command(flatten)]
    pub(super) site: Name,
}

impl Show {
    pub(super) async fn run(self, context: &Context) -> Result<(), Failure> {
        let name = self.site.name;
        let settings = context.api.show_project_site(&name).await?;
        context.out.last(&json!({ "event": "config", "site": name, "settings": settings }));
        rows(&settings).iter().for_each(|line| context.out.line(line));
        Ok(())
    }
}

fn rows(settings: &[Shown]) -> Vec<String> {
    let mut rows = vec![["Setting", "Value", "From"].map(str::to_owned).to_vec()];
    rows.extend(settings.iter().map(|setting| {
        let from = match setting.line {
            Some(line) => format!("{}, line {line}", setting.source),
            None => setting.source.to_string(),
        };
        vec![inline(&setting.key), value(setting), from]
    }));
    table(&rows, &[])
}

/// The value, and how it is written where that is something else.
fn value(setting: &Shown) -> String {
    let text = match &setting.value {
        Value::String(text) => inline(text),
        Value::Array(items) if items.is_empty() => "none".to_owned(),
        Value::Object(entries) if entries.is_empty() => "none".to_owned(),
        other => inline(&other.to_string()),
    };
    let written: Vec<&str> =
        setting.references.iter().map(String::as_str).filter(|written| !text.contains(written)).collect();
    if written.is_empty() { text } else { format!("{text} ({})", inline(&written.join(", "))) }
}

#[cfg(test)]
mod tests {
    use slipway_api::project::Source;

    use super::*;

    #[test]
    fn says_where_each_setting_comes_from() {
        let shown = |key: &str, value: Value, source, line, references: &[&str]| Shown {
            key: key.to_owned(),
            value,
            source,
            line,
            column: line,
            references: references.iter().map(ToString::to_string).collect(),
        };
        let settings = [
            shown("host", "ftp.example.com".into(), Source::Site, Some(12), &[]),
            shown("user", "anna".into(), Source::Defaults, Some(4), &["${env:FTP_USER}"]),
            shown("password", "${env:PW}".into(), Source::Site, Some(13), &["${env:PW}"]),
            shown("connections", 8.into(), Source::BuiltIn, None, &[]),
        ];
        let lines = [
            "Setting      Value                   From",
            "host         ftp.example.com         site, line 12",
            "user         anna (${env:FTP_USER})  defaults, line 4",
            "password     ${env:PW}               site, line 13",
            "connections  8                       built in",
        ];
        assert_eq!(rows(&settings), lines);
    }
}
