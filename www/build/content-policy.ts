// Writes a Content-Security-Policy into the built pages: the browser itself then
// refuses every request that leaves the shop's own origin.
import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

const sha256 = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

export function contentPolicy(): Plugin {
  return {
    name: 'content-policy',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler(html, { path }) {
        // The page that trains starts its worker from a copy of its script, so that the page's policy holds in it, too;
        // and it may show the pictures of a visitor's feed until it refuses itself even that.
        const isTraining = path === '/train/index.html';
        const inline = [...html.matchAll(/<script>([\s\S]*?)<\/script>/g)].map(([, code = '']) =>
          sha256(code),
        );
        const policy = [
          `default-src 'none'`,
          `connect-src 'self'`,
          `script-src 'self' 'wasm-unsafe-eval' ${inline.join(' ')}`,
          `worker-src 'self'${isTraining ? ' blob:' : ''}`,
          `style-src 'self' 'unsafe-inline'`,
          `img-src 'self' data:${isTraining ? ' https: http:' : ''}`,
          `base-uri 'none'`,
          `form-action 'none'`,
        ].join('; ');
        return html.replace(
          '<meta charset="utf-8">',
          `<meta charset="utf-8">\n    <meta http-equiv="Content-Security-Policy" content="${policy}">`,
        );
      },
    },
  };
}
