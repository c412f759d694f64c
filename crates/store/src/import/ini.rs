//! INI files as WinSCP writes them: names and values of what is not plain ASCII are percent-encoded, with a UTF-8 mark
//! before what is UTF-8 (`MungeStr` and `UnMungeStr` in WinSCP's `source/core/HierarchicalStorage.cpp`).

use percent_encoding::percent_decode_str;

/// A `[section]`.
pub(super) struct Section<'t> {
    pub(super) name: String,
    values: Vec<(&'t str, &'t str)>,
}

impl Section<'_> {
    /// The value of that key, if it is not empty. Keys are the same whatever their case.
    pub(super) fn value(&self, key: &str) -> Option<String> {
        let (_, value) = self.values.iter().find(|(name, _)| name.eq_ignore_ascii_case(key))?;
        (!value.is_empty()).then(|| decoded(value))
    }
}

/// The sections whose names begin with `prefix`, without it, in their order. Else the line and column that is no
/// section, key or comment.
pub(super) fn sections<'t>(
    text: &'t str,
    prefix: &str,
) -> Result<Vec<Section<'t>>, ((usize, usize), &'static str)> {
    let mut sections: Vec<Section<'_>> = Vec::new();
    let mut wanted = false;
    for (number, line) in text.lines().enumerate() {
        let shown = line.trim();
        if shown.is_empty() || shown.starts_with([';', '#']) {
            continue;
        }
        if let Some(name) = shown.strip_prefix('[') {
            let place = (number + 1, line.chars().count() + 1);
            let name = name.strip_suffix(']').ok_or((place, "the section's name does not end with \"]\""))?;
            let start = name.get(..prefix.len()).filter(|start| start.eq_ignore_ascii_case(prefix));
            wanted = start.is_some();
            if wanted {
                sections.push(Section { name: decoded(&name[prefix.len()..]), values: Vec::new() });
            }
        } else if wanted && let Some(section) = sections.last_mut() {
            let pair = shown.split_once('=').ok_or(((number + 1, 1), "this line has no \"=\""))?;
            section.values.push(pair);
        }
    }
    Ok(sections)
}

fn decoded(text: &str) -> String {
    let bytes: Vec<u8> = percent_decode_str(text).collect();
    let marked = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    match std::str::from_utf8(marked) {
        Ok(text) => text.to_owned(),
        // Written by an old WinSCP in the code page of its computer; Western Europe's is the likeliest.
        Err(_) => marked.iter().copied().map(char::from).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_are_read() {
        let text = "x=1\r\n[Other]\r\nno pair\r\n; c\r\n[sessions\\My%20shop]\r\nHostName=a=b\r\nEmpty=\r\n\
                    [Sessions\\%EF%BB%BFcaf%C3%A9]\nUserName=caf%E9\n";
        let sections = sections(text, "Sessions\\").ok().unwrap();
        assert_eq!(
            sections.iter().map(|section| section.name.as_str()).collect::<Vec<_>>(),
            ["My shop", "café"]
        );
        assert_eq!(sections[0].value("hostname").as_deref(), Some("a=b"));
        assert_eq!((sections[0].value("Empty"), sections[0].value("Gone")), (None, None));
        assert_eq!(sections[1].value("UserName").as_deref(), Some("café"));
    }

    #[test]
    fn broken_lines_are_named() {
        for (text, place) in [("[Sessions\\a]\nb=1\nc", (3, 1)), ("\n[Sessions\\a", (2, 12))] {
            assert_eq!(sections(text, "Sessions\\").err().unwrap().0, place);
        }
    }
}
