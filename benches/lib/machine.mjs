// What the figures were measured on.
import { arch, cpus, loadavg, platform, totalmem } from 'node:os';

export function machine() {
  const all = cpus();
  return {
    cpu: all[0]?.model.trim() ?? 'unknown',
    cores: all.length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system: `${platform()} ${arch()}`,
    node: process.version,
    loadAverage: Number(loadavg()[0].toFixed(2)),
  };
}
