// The few interface icons, as inline SVG. Decoration: their buttons carry the name.

const icon = (d: string): string =>
  `<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false" fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">${d}</svg>`;

export const icons = {
  logo: '<svg class="logo-mark" viewBox="0 0 32 32" aria-hidden="true" focusable="false"><rect width="32" height="32" rx="9" fill="currentColor"/><path d="M8 9l8 15 8-15" fill="none" stroke="var(--paper)" stroke-width="4" stroke-linecap="round" stroke-linejoin="round"/></svg>',
  search: icon('<circle cx="11" cy="11" r="7"/><path d="m20 20-4-4"/>'),
  cart: icon(
    '<path d="M3 4h3l2.5 11h9.500L21 8H7"/><circle cx="10" cy="19.5" r="1.3"/><circle cx="17" cy="19.5" r="1.3"/>',
  ),
  shield: icon(
    '<path d="M12 3 5 6v5c0 5 3 8 7 10 4-2 7-5 7-10V6Z"/><path d="m9 12 2.2 2.200L15.5 10"/>',
  ),
  sun: icon(
    '<circle cx="12" cy="12" r="4"/><path d="M12 3v2M12 19v2M3 12h2M19 12h2M5.6 5.6 7 7M17 17l1.4 1.400M5.6 18.4 7 17M17 7l1.4-1.4"/>',
  ),
  moon: icon('<path d="M20 14.500A8.5 8.5 0 0 1 9.5 4 8 8 0 1 0 20 14.500Z"/>'),
  close: icon('<path d="M6 6l12 12M18 6 6 18"/>'),
  trash: icon('<path d="M5 7h14M10 7V5h4v2M7 7l1 12h8l1-12M10.5 11v5M13.5 11v5"/>'),
  more: icon(
    '<circle cx="6" cy="12" r=".8"/><circle cx="12" cy="12" r=".8"/><circle cx="18" cy="12" r=".8"/>',
  ),
  sliders: icon(
    '<path d="M4 7h9M19 7h1M4 17h1M11 17h9"/><circle cx="16" cy="7" r="3"/><circle cx="8" cy="17" r="3"/>',
  ),
  left: icon('<path d="m14 6-6 6 6 6"/>'),
  right: icon('<path d="m10 6 6 6-6 6"/>'),
  plus: icon('<path d="M12 6v12M6 12h12"/>'),
  bolt: icon('<path d="M13 3 5 13h6l-1 8 8-10h-6Z"/>'),
  alert: icon('<path d="M12 4 3 19.500h18ZM12 10v4.500M12 17v.01"/>'),
};
