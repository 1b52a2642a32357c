// Shared by the pages: waits for what the page shows, and says it.

/** Resolves once `check` gives something, with that. */
export async function until(check) {
  for (;;) {
    const value = await check();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** The texts of what a selector finds. */
export const texts = (selector) =>
  [...document.querySelectorAll(selector)].map((element) => element.textContent.trim());

/** Says on the page what a function gives, or why it gives nothing. */
export async function say(probe) {
  try {
    globalThis.probe = await probe();
  } catch (error) {
    globalThis.probe = { failed: `${error}\n${error?.stack}` };
  }
}
