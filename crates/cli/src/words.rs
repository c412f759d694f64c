//! Small pieces of text that several commands need: counts, times, command lines, tables.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use slipway_core::units;

/// `1 file`, `2 files`.
pub(crate) fn count(n: u64, one: &str, many: &str) -> String {
    if n == 1 { format!("1 {one}") } else { format!("{} {many}", grouped(n)) }
}

/// `1 file`, `2 files`.
pub(crate) fn files(n: u64) -> String {
    count(n, "file", "files")
}

/// What a publish would do: `2 files to send (3.4 MB), 1 to remove, 480 unchanged`.
pub(crate) fn plan(sent: u64, bytes: u64, removed: u64, unchanged: u64) -> String {
    let unchanged = grouped(unchanged);
    match (sent, removed) {
        (0, 0) => format!("nothing to send, {unchanged} unchanged"),
        (0, _) => format!("{} to remove, {unchanged} unchanged", files(removed)),
        (_, _) => {
            let (sent, bytes, removed) = (files(sent), units::bytes(bytes), grouped(removed));
            format!("{sent} to send ({bytes}), {removed} to remove, {unchanged} unchanged")
        }
    }
}

/// What a pull would do: `2 files to bring down (3.4 MB), 480 unchanged`.
pub(crate) fn pull(brought: u64, bytes: u64, unchanged: u64) -> String {
    format!("{} to bring down ({}), {} unchanged", files(brought), units::bytes(bytes), grouped(unchanged))
}

/// A number with a comma between thousands.
pub(crate) fn grouped(n: u64) -> String {
    let digits = n.to_string();
    let mut text = String::new();
    for (i, digit) in digits.char_indices() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

/// A moment on this computer's clock and calendar, to the minute.
pub(crate) fn moment(milliseconds: i64) -> String {
    local(Timestamp::from_millisecond(milliseconds).ok(), "%Y-%m-%d %H:%M")
}

/// The time on this computer's clock now, to the second.
pub(crate) fn now() -> String {
    local(Some(Timestamp::now()), "%H:%M:%S")
}

/// A day on this computer's calendar, from seconds since 1970.
pub(crate) fn day(seconds: i64) -> String {
    local(Timestamp::from_second(seconds).ok(), "%Y-%m-%d")
}

fn local(time: Option<Timestamp>, format: &str) -> String {
    let Some(time) = time else { return "an unknown time".to_owned() };
    time.to_zoned_datetime(TimeZone::system()).strftime(format).to_string()
}

/// An argument as a shell takes it.
pub(crate) fn quoted(argument: &str) -> String {
    let safe =
        |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '=' | ',' | '@' | '+');
    if !argument.is_empty() && argument.chars().all(|c| safe(c) || (cfg!(windows) && c == '\\')) {
        return argument.to_owned();
    }
    if cfg!(windows) {
        format!("\"{}\"", argument.replace('"', "\\\""))
    } else {
        format!("'{}'", argument.replace('\'', r"'\''"))
    }
}

/// Lines of two columns, indented by two spaces.
pub(crate) fn pairs<'a>(rows: impl IntoIterator<Item = (&'a str, String)>) -> Vec<String> {
    let rows: Vec<_> = rows.into_iter().collect();
    let width = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0);
    let line = |(label, value): &(&str, String)| format!("  {label}{}  {value}", gap(label, width));
    rows.iter().map(|row| line(row).trim_end().to_owned()).collect()
}

/// Lines of aligned columns, two spaces apart. The columns named in `numbers` stand at the right.
pub(crate) fn table(rows: &[Vec<String>], numbers: &[usize]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widest =
        |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|c| c.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| widest(column).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate().map(|(column, (cell, &width))| {
            let gap = gap(cell, width);
            if numbers.contains(&column) { format!("{gap}{cell}") } else { format!("{cell}{gap}") }
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// What is missing to this width, in characters. The width of a format ends at 65,535.
fn gap(text: &str, width: usize) -> String {
    " ".repeat(width.saturating_sub(text.chars().count()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_as_people_say_them() {
        assert_eq!([files(0), files(1), files(1_204)], ["0 files", "1 file", "1,204 files"]);
        assert_eq!([grouped(999), grouped(1_000_000)], ["999", "1,000,000"]);
    }

    #[test]
    fn plans_say_what_there_is() {
        assert_eq!(plan(1_204, 3_400_000, 0, 2), "1,204 files to send (3.4 MB), 0 to remove, 2 unchanged");
        assert_eq!(plan(0, 0, 1, 2), "1 file to remove, 2 unchanged");
        assert_eq!(plan(0, 0, 0, 2), "nothing to send, 2 unchanged");
    }

    #[cfg(unix)]
    #[test]
    fn arguments_survive_a_shell() {
        assert_eq!(quoted("my-shop"), "my-shop");
        assert_eq!(quoted("my shop"), "'my shop'");
        assert_eq!(quoted("it's"), r"'it'\''s'");
        assert_eq!(quoted("$(x)"), "'$(x)'");
        assert_eq!(quoted(""), "''");
    }

    #[test]
    fn columns_are_aligned() {
        let rows =
            [vec!["a".into(), "1".into(), "x".into()], vec!["über".into(), "100".into(), String::new()]];
        assert_eq!(table(&rows, &[1]), ["a       1  x", "über  100"]);
        let long = "x".repeat(70_000);
        let rows = [vec!["a".to_owned(), "b".to_owned()], vec![long.clone(), "b".to_owned()]];
        assert_eq!(table(&rows, &[])[1], format!("{long}  b"));
        assert_eq!(table(&rows, &[])[0].len(), 70_003);
        assert_eq!(pairs([("a", "1".into()), ("bcd", "2".into())]), ["  a    1", "  bcd  2"]);
    }
}
