//! Times as FTP writes them: `YYYYMMDDhhmmss`, in UTC (RFC 3659, section 2.3).

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Reads a time, with or without a fraction of a second, as seconds since 1970.
pub(super) fn time_value(text: &str) -> Option<i64> {
    let whole = text.trim().split('.').next()?;
    let time = DateTime::strptime("%Y%m%d%H%M%S", whole).ok()?;
    Some(TimeZone::UTC.to_timestamp(time).ok()?.as_second())
}

/// Writes seconds since 1970.
pub(super) fn time_text(seconds: i64) -> String {
    let time = Timestamp::from_second(seconds).unwrap_or(Timestamp::UNIX_EPOCH);
    time.to_zoned_datetime(TimeZone::UTC).strftime("%Y%m%d%H%M%S").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_and_back() {
        assert_eq!(time_value("20240229123456"), Some(1_709_210_096));
        assert_eq!(time_value(" 20240229123456.789\r"), Some(1_709_210_096));
        assert_eq!(time_text(1_709_210_096), "20240229123456");
        for text in ["", "2024", "20240230123456", "20241301000000", "x0240229123456"] {
            assert_eq!(time_value(text), None, "{text}");
        }
    }
}
