// A registry of npm on this machine that has a few tarballs and nothing else.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { basename } from 'node:path';

/** Serves the tarballs as `npm publish` would put them there; `asked` names every path that somebody wanted. */
export async function serveRegistry(tarballs) {
  const files = new Map();
  const packages = new Map();
  const asked = [];
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://localhost').pathname).slice(1);
    asked.push(path);
    const found = files.get(path) ?? packages.get(path);
    if (found === undefined) return response.writeHead(404).end('{"error":"not found"}');
    const type = files.has(path) ? 'application/octet-stream' : 'application/json';
    response.writeHead(200, { 'content-type': type }).end(found);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}/`;
  for (const tarball of tarballs) {
    const bytes = readFileSync(tarball);
    const manifest = JSON.parse(execFileSync('tar', ['-xzOf', tarball, 'package/package.json']));
    const { name, version } = manifest;
    const path = `${name}/-/${basename(tarball)}`;
    const hash = (algorithm, encoding) => createHash(algorithm).update(bytes).digest(encoding);
    const dist = {
      tarball: url + path,
      shasum: hash('sha1', 'hex'),
      integrity: `sha512-${hash('sha512', 'base64')}`,
    };
    // Long ago: some tools refuse what was published today.
    const published = '2020-01-01T00:00:00.000Z';
    files.set(path, bytes);
    packages.set(
      name,
      JSON.stringify({
        name,
        'dist-tags': { latest: version },
        versions: { [version]: { ...manifest, _id: `${name}@${version}`, dist } },
        time: { created: published, modified: published, [version]: published },
      }),
    );
  }
  return {
    url,
    asked,
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}
