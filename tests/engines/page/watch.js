// Collects the errors and warnings of a page in the same way for every engine: not every driver exposes the console.
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
