import { defineConfig } from 'vite';
import { vicinoModel } from './model.js';

export default defineConfig({
  plugins: [vicinoModel('events.csv', { minShoppers: 2 })],
  build: { target: 'esnext' },
});
