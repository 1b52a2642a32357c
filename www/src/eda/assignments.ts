// Columns with unusual names, as a visitor writes them.

/** The columns that a text assigns to fields: `FIELD=NAME` pairs, with commas or line breaks between them. */
export function assignments(text: string): Record<string, string> {
  const pairs = text.split(/[,\n]/).map((pair) => pair.trim());
  const assigned = pairs.filter(Boolean).map((pair) => {
    const at = pair.indexOf('=');
    if (at < 0) {
      const message = `columns: found "${pair}", expected FIELD=NAME`;
      throw Object.assign(new Error(message), { code: 'options' });
    }
    return [pair.slice(0, at).trim(), pair.slice(at + 1).trim()];
  });
  return Object.fromEntries(assigned);
}
