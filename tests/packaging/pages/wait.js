// Shared by the pages: waits for items of the page, and reports them.

/** Resolves with the value of `check` once it returns one. */
export async function until(check) {
  for (;;) {
    const value = await check();
    if (value) return value;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** Returns the texts of the elements that a selector finds. */
export const texts = (selector) =>
  [...document.querySelectorAll(selector)].map((element) => element.textContent.trim());

/** Reports the result of a function on the page, or its error. */
export async function say(probe) {
  try {
    globalThis.probe = await probe();
  } catch (error) {
    globalThis.probe = { failed: `${error}\n${error?.stack}` };
  }
}
