//! Programs that make websites, known by the files that lie at the top of their sources.

use std::collections::BTreeSet;

use serde::Serialize;

/// A program that makes the website out of what is in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Generator {
    /// What it is called.
    pub name: &'static str,
    /// The folder that it writes the website to, unless it is told otherwise.
    pub output: &'static str,
    /// The command that has it do so.
    pub command: &'static str,
}

/// How one is known. A pattern that ends in `.*` stands for a name with any ending.
struct Known {
    generator: Generator,
    /// One of these is there,
    any: &'static [&'static str],
    /// and each of these,
    all: &'static [&'static str],
    /// and none of these.
    none: &'static [&'static str],
}

const fn known(
    name: &'static str,
    any: &'static [&'static str],
    output: &'static str,
    command: &'static str,
) -> Known {
    Known { generator: Generator { name, output, command }, any, all: &[], none: &[] }
}

const NPM: &str = "npm run build";

/// The output folders and commands are those of each program's own guide; the first that fits is taken.
const KNOWN: &[Known] = &[
    known("Astro", &["astro.config.*"], "dist", NPM),
    known("Next.js", &["next.config.*"], "out", NPM),
    known("Nuxt", &["nuxt.config.*"], ".output/public", "npx nuxt generate"),
    known("Gatsby", &["gatsby-config.*"], "public", NPM),
    known("Docusaurus", &["docusaurus.config.*"], "build", NPM),
    known("Eleventy", &[".eleventy.js", "eleventy.config.*"], "_site", "npx @11ty/eleventy"),
    known("VitePress", &[".vitepress"], ".vitepress/dist", "npx vitepress build"),
    known("Vite", &["vite.config.*"], "dist", NPM),
    known("Vue CLI", &["vue.config.*"], "dist", NPM),
    Known {
        all: &["package.json", "source", "scaffolds"],
        ..known("Hexo", &["_config.yml"], "public", "npx hexo generate")
    },
    Known { all: &["Gemfile"], ..known("Jekyll", JEKYLL, "_site", "bundle exec jekyll build") },
    known("Jekyll", JEKYLL, "_site", "jekyll build"),
    Known {
        all: &["content", "templates"],
        none: &["archetypes", "layouts"],
        ..known("Zola", &["config.toml"], "public", "zola build")
    },
    known("Hugo", &["hugo.toml", "hugo.yaml", "hugo.yml", "hugo.json"], "public", "hugo"),
    Known {
        all: &["content"],
        ..known("Hugo", &["config.toml", "config.yaml", "config.yml", "config.json"], "public", "hugo")
    },
    known("MkDocs", &["mkdocs.yml", "mkdocs.yaml"], "site", "mkdocs build"),
    known("mdBook", &["book.toml"], "book", "mdbook build"),
    known("Quarto", &["_quarto.yml", "_quarto.yaml"], "_site", "quarto render"),
    known("Pelican", &["pelicanconf.py"], "output", "pelican content"),
    Known {
        all: &["conf.py"],
        ..known("Sphinx", &["index.rst", "index.md"], "_build/html", "sphinx-build -b html . _build/html")
    },
    Known {
        all: &["source", "Gemfile"],
        ..known("Middleman", &["config.rb"], "build", "bundle exec middleman build")
    },
    // A page beside it may be the website itself, made by hand with a few tools.
    Known { none: START_PAGES, ..known("npm", &["package.json"], "dist", NPM) },
];

const JEKYLL: &[&str] = &["_config.yml", "_config.yaml", "_config.toml"];
const START_PAGES: &[&str] = &["index.*", "default.*"];

/// The program whose sources these are, by the names of what lies at the top of the folder.
pub fn detect(names: &BTreeSet<String>) -> Option<Generator> {
    let there = |pattern: &&str| match pattern.strip_suffix('*') {
        Some(start) => names.iter().any(|name| name.starts_with(start)),
        None => names.contains(*pattern),
    };
    let fits = |known: &&Known| {
        known.any.iter().any(there) && known.all.iter().all(there) && !known.none.iter().any(there)
    };
    KNOWN.iter().find(fits).map(|known| known.generator)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_the_files_at_the_top() {
        for (names, found) in [
            ("hugo.toml content", Some(("Hugo", "public", "hugo"))),
            ("config.toml content themes archetypes", Some(("Hugo", "public", "hugo"))),
            ("config.toml content layouts templates", Some(("Hugo", "public", "hugo"))),
            ("config.toml content templates sass", Some(("Zola", "public", "zola build"))),
            ("_config.yml index.md", Some(("Jekyll", "_site", "jekyll build"))),
            ("_config.yml Gemfile _posts", Some(("Jekyll", "_site", "bundle exec jekyll build"))),
            ("_config.yml package.json source scaffolds", Some(("Hexo", "public", "npx hexo generate"))),
            (".eleventy.js package.json", Some(("Eleventy", "_site", "npx @11ty/eleventy"))),
            ("eleventy.config.mjs index.html", Some(("Eleventy", "_site", "npx @11ty/eleventy"))),
            ("astro.config.mjs package.json", Some(("Astro", "dist", NPM))),
            ("vite.config.ts index.html package.json", Some(("Vite", "dist", NPM))),
            ("next.config.js package.json", Some(("Next.js", "out", NPM))),
            ("gatsby-config.ts package.json", Some(("Gatsby", "public", NPM))),
            ("docusaurus.config.js package.json", Some(("Docusaurus", "build", NPM))),
            ("mkdocs.yml docs", Some(("MkDocs", "site", "mkdocs build"))),
            ("conf.py index.rst", Some(("Sphinx", "_build/html", "sphinx-build -b html . _build/html"))),
            ("package.json src", Some(("npm", "dist", NPM))),
            ("package.json index.html css", None),
            ("index.html style.css", None),
            ("config.toml index.html", None),
            ("content index.html", None),
            ("conf.py", None),
            ("astro.config", None),
            ("", None),
        ] {
            let names = names.split_whitespace().map(str::to_owned).collect();
            let generator = detect(&names).map(|found| (found.name, found.output, found.command));
            assert_eq!(generator, found, "{names:?}");
        }
    }
}
