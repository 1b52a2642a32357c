import type { Controller } from './controller.js';
import type { Consent } from './types.js';

/** Makes the consent of a device. */
export const createConsent = (controller: Controller): Consent => ({
  get state() {
    return controller.consent;
  },
  globalPrivacyControl: controller.gpc,
  grant: () => controller.decide('granted'),
  deny: () => controller.decide('denied'),
  subscribe(listener) {
    controller.requireState();
    return controller.consentChanged.add(listener);
  },
});
