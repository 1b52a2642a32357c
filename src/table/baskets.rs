//! Several ids in one field: `a,b,c`, `["a", "b"]`, `{a,b}`, each of which becomes a row.

use serde_json::Value;

use super::{Cell, Damage, Row};

/// Hands a row on once for each of the ids in its first cell, which is of the column `name`.
pub(super) fn split(row: Row<'_>, name: &str, sink: &mut dyn FnMut(Row<'_>)) {
    let Row::Cells { line, cells: &[Cell::Text(text), ref others @ ..] } = row else { return sink(row) };
    let ids = ids_of(text);
    if ids.is_empty() {
        return sink(Row::Damaged { line, damage: Damage::NoElements { list: name.to_owned() } });
    }
    let mut cells = vec![Cell::Missing; others.len() + 1];
    cells[1..].copy_from_slice(others);
    for id in &ids {
        cells[0] = Cell::from_text(id);
        sink(Row::Cells { line, cells: &cells });
    }
}

/// The ids in a field: those of a list as JSON, Python or Postgres write it, else what bars, semicolons or commas part.
fn ids_of(text: &str) -> Vec<String> {
    if let Ok(Value::Array(elements)) = serde_json::from_str(text) {
        let id = |element: &Value| match element {
            Value::String(text) => text.clone(),
            other => other.to_string(),
        };
        return elements.iter().filter(|element| !element.is_null()).map(id).collect();
    }
    let brackets = [('[', ']'), ('{', '}'), ('(', ')')];
    let inner = brackets.into_iter().find_map(|(open, close)| text.strip_prefix(open)?.strip_suffix(close));
    let list = inner.unwrap_or(text);
    let delimiter = ['|', ';', ','].into_iter().find(|&delimiter| list.contains(delimiter)).unwrap_or(',');
    let ids = list.split(delimiter).map(|id| id.trim().trim_matches(['"', '\'']).trim());
    ids.filter(|id| !id.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::ids_of;

    #[test]
    fn ids_are_parted_as_lists_are_written() {
        for (text, expected) in [
            ("a", &["a"][..]),
            ("a,b, c", &["a", "b", "c"]),
            ("a|b,1|c", &["a", "b,1", "c"]),
            ("a;b;", &["a", "b"]),
            ("[\"a\", \"b,1\", 7]", &["a", "b,1", "7"]),
            ("['a', 'b']", &["a", "b"]),
            ("{a,b}", &["a", "b"]),
            ("[]", &[]),
        ] {
            assert_eq!(ids_of(text), expected, "{text}");
        }
    }
}
