// Inputs that are bound to one setting each.
import { h } from '../../dom';
import type { Settings, SettingsStore } from '../../settings';

/** Keys of the settings of one type. */
type KeysOf<T> = { [K in keyof Settings]: Settings[K] extends T ? K : never }[keyof Settings];

export interface Control {
  element: HTMLElement;
  /** Shows the present value. */
  update(): void;
}

const field = (id: string, label: string, hint: string, input: HTMLElement, end?: HTMLElement) => {
  if (hint) input.setAttribute('aria-describedby', `${id}-hint`);
  return h(
    'div',
    { class: 'field' },
    h('label', { for: id }, label),
    input,
    end,
    hint ? h('p', { class: 'hint', id: `${id}-hint` }, hint) : null,
  );
};

/** Makes a switch, on or off. */
export function toggle(
  settings: SettingsStore,
  key: KeysOf<boolean>,
  label: string,
  hint = '',
): Control {
  const id = `set-${key}`;
  const input = h('input', {
    type: 'checkbox',
    role: 'switch',
    class: 'switch',
    id,
    onchange: () => settings.set({ [key]: input.checked }),
  });
  const update = (): void => {
    input.checked = settings.now[key];
  };
  return { element: field(id, label, hint, input), update };
}

/** Makes a slider for a number, with its value beside it. */
export function slider(
  settings: SettingsStore,
  key: KeysOf<number>,
  label: string,
  {
    min = 0,
    max = 1,
    step = 0.05,
    hint = '',
    text = String,
  }: { min?: number; max?: number; step?: number; hint?: string; text?: (value: number) => string },
): Control {
  const id = `set-${key}`;
  const value = h('output', { for: id });
  const input = h('input', {
    type: 'range',
    id,
    min,
    max,
    step,
    oninput: () => settings.set({ [key]: Number(input.value) }),
  });
  const update = (): void => {
    const now = settings.now[key];
    if (Number(input.value) !== now) input.value = String(now);
    value.textContent = text(now);
    input.setAttribute('aria-valuetext', text(now));
  };
  return { element: field(id, label, hint, input, value), update };
}

/** Makes an input for a number; empty means 0. */
export function number(
  settings: SettingsStore,
  key: KeysOf<number>,
  label: string,
  { min = 0, max = 10_000, step = 'any', placeholder = '' },
): Control {
  const id = `set-${key}`;
  const input = h('input', {
    type: 'number',
    inputmode: 'decimal',
    id,
    min,
    max,
    step,
    placeholder,
    oninput: () => {
      if (input.checkValidity()) settings.set({ [key]: Number(input.value) });
    },
  });
  const update = (): void => {
    const now = settings.now[key];
    if (Number(input.value) !== now) input.value = now ? String(now) : '';
  };
  return { element: field(id, label, '', input), update };
}

/** Makes a choice; `options` are values with their names. */
export function choice<K extends KeysOf<string> | KeysOf<number>>(
  settings: SettingsStore,
  key: K,
  label: string,
  options: [value: Settings[K], name: string][],
  hint = '',
): Control {
  const id = `set-${key}`;
  const select = h(
    'select',
    {
      id,
      onchange: () => {
        const chosen = options[select.selectedIndex];
        if (chosen) settings.set({ [key]: chosen[0] });
      },
    },
    options.map(([value, name]) => h('option', { value }, name)),
  );
  const update = (): void => {
    select.value = String(settings.now[key]);
  };
  return { element: field(id, label, hint, select), update };
}
