/**
 * Reads the body of a response; as soon as there are more than `most` bytes, cancels it and throws what `refuse` makes.
 * A header is not asked: it counts the bytes of a compressed body, and may be wrong.
 */
export async function readBody(
  response: Response,
  most: number,
  refuse: () => Error,
): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let length = 0;
  const reader = response.body?.getReader();
  while (reader) {
    const { value } = await reader.read();
    if (!value) break;
    length += value.length;
    parts.push(value);
    if (length > most) {
      reader.cancel().catch(() => {});
      throw refuse();
    }
  }
  const bytes = new Uint8Array(length);
  for (const part of parts.reverse()) {
    length -= part.length;
    bytes.set(part, length);
  }
  return bytes;
}
