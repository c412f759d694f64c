//! Sizes, rates and durations as people read and write them.

/// Bytes in decimal units, as file managers and hosting companies count: `999 B`, `1.5 kB`, `20 MB`.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 6] = ["kB", "MB", "GB", "TB", "PB", "EB"];
    if count < 1_000 {
        return format!("{count} B");
    }
    let mut value = count as f64 / 1_000.0;
    let mut unit = 0;
    // 999.95 and above would be shown as "1000.0".
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1_000.0;
        unit += 1;
    }
    if value < 9.95 { format!("{value:.1} {}", UNITS[unit]) } else { format!("{value:.0} {}", UNITS[unit]) }
}

/// Seconds as a person says them: `0.4 s`, `12 s`, `3 min 5 s`, `2 h 10 min`.
pub fn duration(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    match whole {
        _ if seconds < 9.95 => format!("{:.1} s", seconds.max(0.0)),
        0..60 => format!("{whole} s"),
        60..3_600 => format!("{} min {} s", whole / 60, whole % 60),
        _ => format!("{} h {} min", whole / 3_600, whole % 3_600 / 60),
    }
}

/// The text is not a number of bytes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("\"{0}\" is not a size; write 500k, 2M or 1.5M (of bytes)")]
pub struct SizeError(String);

/// Reads a number of bytes, or of bytes a second: `800`, `500k`, `1.5M`, `2MB/s`. Decimal units; `Ki`, `Mi` and
/// `Gi` are binary.
pub fn parse_bytes(text: &str) -> Result<u64, SizeError> {
    let error = || SizeError(text.escape_debug().to_string());
    let lower = text.trim().to_ascii_lowercase();
    let plain = lower.strip_suffix("/s").unwrap_or(&lower).trim_end();
    let plain = plain.strip_suffix('b').unwrap_or(plain);
    let digits = plain.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(plain.len());
    let (number, unit) = plain.split_at(digits);
    let factor = match unit.trim() {
        "" => 1.0,
        "k" => 1e3,
        "m" => 1e6,
        "g" => 1e9,
        "ki" => 1024.0,
        "mi" => 1_048_576.0,
        "gi" => 1_073_741_824.0,
        _ => return Err(error()),
    };
    let value = number.parse::<f64>().map_err(|_| error())? * factor;
    if value.is_finite() && value < 1e18 { Ok(value.round() as u64) } else { Err(error()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes() {
        for (count, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1_000, "1.0 kB"),
            (9_949, "9.9 kB"),
            (9_951, "10 kB"),
            (999_960, "1.0 MB"),
            (5_000_000_000, "5.0 GB"),
            (u64::MAX, "18 EB"),
        ] {
            assert_eq!(bytes(count), text);
        }
    }

    #[test]
    fn durations() {
        for (seconds, text) in [
            (-1.0, "0.0 s"),
            (0.42, "0.4 s"),
            (12.4, "12 s"),
            (59.6, "1 min 0 s"),
            (185.0, "3 min 5 s"),
            (7_800.0, "2 h 10 min"),
        ] {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn rates() {
        for (text, count) in [
            ("800", 800),
            ("500k", 500_000),
            ("1.5M", 1_500_000),
            ("2MB/s", 2_000_000),
            ("1 MiB/s", 1_048_576),
            (" 3 g ", 3_000_000_000),
        ] {
            assert_eq!(parse_bytes(text), Ok(count), "{text}");
        }
        for text in ["", "k", "-1", "1.2.3", "fast", "1e9", "99999999999G"] {
            assert!(parse_bytes(text).is_err(), "{text}");
        }
    }
}
