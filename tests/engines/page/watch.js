// Collects what a page complains of, for every engine alike: not every driver hands the console over.
globalThis.complaints = [];
for (const level of ['warn', 'error']) {
  const original = console[level];
  console[level] = (...args) => {
    globalThis.complaints.push(`${level}: ${args.map(String).join(' ')}`);
    original.apply(console, args);
  };
}
addEventListener(
  'error',
  ({ message, target }) =>
    globalThis.complaints.push(message ?? `${target.src ?? target.href} did not load`),
  true,
);
addEventListener('unhandledrejection', ({ reason }) =>
  globalThis.complaints.push(`nobody caught: ${reason}`),
);
document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) =>
  globalThis.complaints.push(`policy: ${violatedDirective} ${blockedURI}`),
);
