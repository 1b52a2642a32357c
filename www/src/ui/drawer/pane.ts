/** A part of the drawer. */
export interface Pane {
  element: HTMLElement;
  /** Draws the present values; called while the pane is in view and anything may have changed. */
  update(): void;
}
