// Second way of starting the worker, and messages if it fails; loaded when the first has failed.
import { VicinoError } from '../core/errors.js';

interface TrustedTypes {
  createPolicy(
    name: string,
    rules: { createScriptURL: (address: string) => string },
  ): { createScriptURL(address: string): string };
}

const COPY =
  'the build did not take the script along: ' +
  "`import 'vicino/inline/worker'` has it in the page's script, or pass a `worker`";

let policy: ReturnType<TrustedTypes['createPolicy']> | undefined;

/** Marks an address as trusted on pages that require it; only addresses of this package come here. */
function trusted(address: string): string {
  const { trustedTypes } = globalThis as { trustedTypes?: TrustedTypes };
  policy ??= trustedTypes?.createPolicy('vicino', { createScriptURL: (own) => own });
  return policy?.createScriptURL(address) ?? address;
}

/**
 * Starts the worker by the text of its script: from another origin, in a frame without an origin, under a
 * cross-origin embedder policy and under Trusted Types.
 */
export async function startByText(
  script: URL,
  first: unknown,
  start: (address: string) => Promise<Worker>,
): Promise<Worker> {
  const refused: string[] = [];
  const listen = ({ effectiveDirective }: SecurityPolicyViolationEvent) => {
    refused.push(effectiveDirective);
  };
  const problem = (why: string, cause: unknown = first) =>
    new VicinoError('unsupported', `the worker did not start: ${why}`, { cause });
  globalThis.document?.addEventListener('securitypolicyviolation', listen);
  try {
    let type: ((address: string) => string) | undefined;
    try {
      trusted(script.href);
      type = trusted;
    } catch (cause) {
      throw problem(
        'this page requires Trusted Types and does not allow the policy: add `trusted-types vicino` to its content security policy',
        cause,
      );
    }
    if (first instanceof TypeError) {
      // What failed was that the address had no type.
      const worker = await start(type(script.href)).catch(() => undefined);
      if (worker) return worker;
    }
    const isBlob = script.protocol === 'blob:';
    const address = isBlob
      ? script.href
      : URL.createObjectURL(new Blob([await textOf(script, problem)], { type: 'text/javascript' }));
    try {
      return await start(type(address));
    } catch (cause) {
      const directive = refused.at(-1);
      throw problem(
        directive
          ? `the content security policy does not allow it; add \`worker-src 'self'\`, or \`worker-src blob:\` for a script of another origin (refused: ${directive})`
          : String((cause as Error).message ?? cause),
      );
    } finally {
      if (!isBlob) URL.revokeObjectURL(address);
    }
  } finally {
    globalThis.document?.removeEventListener('securitypolicyviolation', listen);
  }
}

/** Reads the script; what comes in its place says why the first way has failed. */
async function textOf(
  script: URL,
  problem: (why: string, cause?: unknown) => VicinoError,
): Promise<string> {
  let response: Response;
  try {
    response = await fetch(script);
  } catch (cause) {
    throw problem(
      `${script} gave no answer; a content security policy without its origin in connect-src, or another origin without access-control-allow-origin`,
      cause,
    );
  }
  const text = await response.text();
  const isPage = text.trimStart().startsWith('<');
  if (response.ok && !isPage) return text;
  const found = isPage
    ? 'a web page (HTML) came instead'
    : `the server answered ${response.status}`;
  throw problem(
    script.href.includes('/.vite/deps/')
      ? `${script}: ${found}; Vite has bundled the package beforehand and left the script: set \`optimizeDeps: { exclude: ['vicino'] }\` in its configuration`
      : `${script}: ${found}; ${COPY}`,
  );
}
