// Small values that the demo stores on the device: cart, theme and settings. If the browser forbids storage, they last
// until the page closes.

const memory = new Map<string, string>();
const key = (name: string): string => `vicino-demo-${name}`;

export function read(name: string): string | undefined {
  try {
    return localStorage.getItem(key(name)) ?? memory.get(name);
  } catch {
    return memory.get(name);
  }
}

export function write(name: string, value: string): void {
  memory.set(name, value);
  try {
    localStorage.setItem(key(name), value);
  } catch {
    // Blocked or full: the copy in memory serves this page.
  }
}

/** Calls `listener` when another tab writes `name`. */
export function onOtherTab(name: string, listener: () => void): void {
  addEventListener('storage', (event) => {
    if (event.key !== key(name)) return;
    if (event.newValue === null) memory.delete(name);
    else memory.set(name, event.newValue);
    listener();
  });
}
