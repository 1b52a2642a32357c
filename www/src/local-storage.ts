// Small values that the demo stores on the device: cart, theme and settings; those of a visit go when the tab closes.
// If the browser forbids storage, they last until the page closes.

const memory = new Map<string, string>();
const key = (name: string): string => `vicino-demo-${name}`;

const readFrom = (storage: () => Storage, name: string): string | undefined => {
  try {
    return storage().getItem(key(name)) ?? memory.get(name);
  } catch {
    return memory.get(name);
  }
};

const writeTo = (storage: () => Storage, name: string, value: string): void => {
  memory.set(name, value);
  try {
    storage().setItem(key(name), value);
  } catch {
    // Blocked or full: the copy in memory serves this page.
  }
};

// The getters themselves may throw.
const lasting = (): Storage => localStorage;
const ofVisit = (): Storage => sessionStorage;

export const read = (name: string): string | undefined => readFrom(lasting, name);
export const write = (name: string, value: string): void => writeTo(lasting, name, value);
export const readVisit = (name: string): string | undefined => readFrom(ofVisit, name);
export const writeVisit = (name: string, value: string): void => writeTo(ofVisit, name, value);

/** Calls `listener` when another tab writes `name`. */
export function onOtherTab(name: string, listener: () => void): void {
  addEventListener('storage', (event) => {
    if (event.key !== key(name)) return;
    if (event.newValue === null) memory.delete(name);
    else memory.set(name, event.newValue);
    listener();
  });
}
