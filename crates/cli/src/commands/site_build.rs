//! The options that say how a site is made, and from which folders, before it is published.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{OsStringValueParser, TypedValueParser};
use slipway_core::{Build, Code, Failure, Pull, RemotePath, Site, Source};

/// What happens before a publish.
#[derive(Debug, Clone, Default, Args)]
pub(super) struct BuildOptions {
    /// A command that makes the website, for 'slipway run'. It runs in the site's folder. Can be given several times;
    /// '' for none.
    #[arg(long, value_name = "COMMAND", help_heading = "How it is made")]
    build: Vec<String>,
    /// The folder that the commands make, which is published instead of the site's folder; '' for none.
    #[arg(long, value_name = "DIR", value_parser = path(), help_heading = "How it is made")]
    build_output: Option<PathBuf>,
    /// The longest that all commands together may take [without this: 1800].
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(1..),
        help_heading = "How it is made")]
    build_timeout: Option<u32>,
    /// A folder that is published instead of the site's own, and the folder on the server that it goes to, as in
    /// 'news=blog'. Relative to the site's folder. Can be given several times; '' for none.
    #[arg(long, value_name = "DIR[=FOLDER]", value_parser = source, help_heading = "How it is made")]
    source: Vec<SourceArg>,
    /// Have 'slipway run' bring the website down into this folder first; '.' is the site's own, '' for not at all.
    #[arg(long, value_name = "DIR", value_parser = path(), help_heading = "How it is made")]
    pull_into: Option<PathBuf>,
}

/// A folder that is published; `None` for the empty text, which stands for none.
#[derive(Debug, Clone, PartialEq, Eq)]
struct SourceArg(Option<Source>);

/// A path that may be empty.
fn path() -> impl TypedValueParser<Value = PathBuf> {
    OsStringValueParser::new().map(PathBuf::from)
}

fn source(text: &str) -> Result<SourceArg, String> {
    if text.is_empty() {
        return Ok(SourceArg(None));
    }
    let (folder, at) = text.rsplit_once('=').unwrap_or((text, ""));
    if folder.is_empty() {
        return Err("the folder on this computer is missing".to_owned());
    }
    let at = at.trim_matches('/');
    let at = RemotePath::new(at).map_err(|error| format!("the folder on the server {error}"))?;
    Ok(SourceArg(Some(Source { folder: folder.into(), at: Some(at).filter(|at| !at.is_root()) })))
}

impl BuildOptions {
    /// Puts what was given into the site; the rest stays.
    pub(super) fn apply(self, site: &mut Site) -> Result<(), Failure> {
        match self.build.as_slice() {
            [] => {}
            [none] if none.is_empty() => site.build = None,
            _ => site.build.get_or_insert_with(|| Build::new(Vec::new())).commands = self.build,
        }
        if self.build_output.is_some() || self.build_timeout.is_some() {
            let Some(build) = &mut site.build else {
                let detail = "the site has no command that makes it; add one with --build";
                return Err(Failure::new(Code::ConfigurationInvalid, detail));
            };
            if let Some(output) = self.build_output {
                build.output = Some(output).filter(|output| !output.as_os_str().is_empty());
            }
            build.timeout_seconds = self.build_timeout.unwrap_or(build.timeout_seconds);
        }
        if !self.source.is_empty() {
            site.sources = self.source.into_iter().filter_map(|source| source.0).collect();
        }
        if let Some(into) = self.pull_into {
            let own = into.as_os_str() == ".";
            site.pull = if into.as_os_str().is_empty() {
                None
            } else {
                Some(Pull { into: Some(into).filter(|_| !own) })
            };
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use slipway_core::SiteName;

    use super::*;

    fn site() -> Site {
        Site::new(SiteName::new("a").unwrap(), "/a".into(), "h", "u")
    }

    #[test]
    fn a_folder_and_where_it_goes() {
        let parsed = |text: &str| source(text).unwrap().0.map(|s| (s.folder, s.at.map(|at| at.to_string())));
        assert_eq!(parsed("main"), Some(("main".into(), None)));
        assert_eq!(parsed("../blog=news/2024/"), Some(("../blog".into(), Some("news/2024".into()))));
        assert_eq!(parsed("a=b="), Some(("a=b".into(), None)));
        assert_eq!(parsed(""), None);
        for text in ["=news", "a=../up", "a=x//y"] {
            assert!(source(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_given_changes_and_the_rest_stays() {
        let mut site = site();
        let build = BuildOptions {
            build: vec!["npm ci".into(), "make".into()],
            build_output: Some("dist".into()),
            pull_into: Some(".".into()),
            ..BuildOptions::default()
        };
        build.apply(&mut site).unwrap();
        assert_eq!(site.pull, Some(Pull { into: None }));
        let timeout = BuildOptions { build_timeout: Some(60), ..BuildOptions::default() };
        timeout.clone().apply(&mut site).unwrap();
        let made = site.build.as_ref().unwrap();
        assert_eq!((made.commands.len(), made.timeout_seconds), (2, 60));
        assert_eq!(made.output, Some("dist".into()));
        let none = BuildOptions {
            build: vec![String::new()],
            pull_into: Some(PathBuf::new()),
            ..BuildOptions::default()
        };
        none.apply(&mut site).unwrap();
        assert_eq!((&site.build, &site.pull), (&None, &None));
        assert_eq!(timeout.apply(&mut site).unwrap_err().code, Code::ConfigurationInvalid);
    }
}
