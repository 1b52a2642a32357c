// Takes from the page the right to connect, once it has all that it needs. Policies add up: one that is set later can
// only take rights away, and nothing gives them back until the page is loaded anew. Workers of a `blob:` address have
// the policy of the page, too.

/** Adds a policy to the page; it holds at once. */
function addPolicy(content: string): void {
  const meta = document.createElement('meta');
  meta.httpEquiv = 'Content-Security-Policy';
  meta.content = content;
  document.head.append(meta);
}

/** From now on the page can open no connection. */
export const refuseConnections = (): void => addPolicy("connect-src 'none'");

/** From now on the page shows no picture of another server, whose address could carry data. */
export const refusePictures = (): void => addPolicy("img-src 'self' data:");

/** Tries to send a letter to the page's own server; returns what the browser says. */
export async function trySending(): Promise<{ isRefused: boolean; text: string }> {
  const violation = new Promise<string>((resolve) => {
    addEventListener(
      'securitypolicyviolation',
      ({ effectiveDirective }) => resolve(effectiveDirective),
      { once: true },
    );
  });
  try {
    await fetch(location.href, { method: 'POST', body: 'x' });
    return {
      isRefused: false,
      text: 'The letter was sent: this browser does not heed the policy.',
    };
  } catch {
    const directive = await Promise.race([violation, Promise.resolve('connect-src')]);
    return {
      isRefused: true,
      text: `The browser refused to send one letter to this page's own server, because of ${directive}.`,
    };
  }
}
