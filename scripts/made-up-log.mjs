// An event log that costs nothing to train on; as a program it prints one.
import { fileURLToPath } from 'node:url';

/** A made-up log: shoppers look at products of one of five kinds, mostly at neighbours, and buy some. */
export function madeUpLog(numSessions = 600) {
  let state = 1;
  const below = (n) => {
    state = (state * 48271) % 2147483647;
    return state % n;
  };
  const lines = ['session_id,user_id,product_id,event_type,event_time'];
  for (let session = 0; session < numSessions; session++) {
    const kind = below(5);
    const first = below(12);
    const start = Date.UTC(2026, 0, 1) + session * 3_600_000;
    for (let event = 0; event < 3 + below(5); event++) {
      const product = 12 * kind + ((first + below(4)) % 12);
      const time = new Date(start + event * 60_000).toISOString();
      const type = below(6) === 0 ? 'purchase' : 'view';
      lines.push(`s${session},u${session % 150},sku-${product},${type},${time}`);
    }
  }
  return `${lines.join('\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) process.stdout.write(madeUpLog());
