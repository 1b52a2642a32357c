import type { Controller } from './controller.js';
import type { Consent } from './types.js';

/** Makes the consent of a device. */
export const createConsent = (controller: Controller): Consent => ({
  get state() {
    controller.requireState();
    return controller.consent;
  },
  get globalPrivacyControl() {
    controller.requireState();
    return controller.gpc;
  },
  grant: () => controller.grant(),
  deny: () => controller.deny(),
  subscribe(listener) {
    controller.requireState();
    return controller.consentChanged.add(listener);
  },
});
