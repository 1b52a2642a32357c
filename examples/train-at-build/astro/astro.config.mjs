import { defineConfig } from 'astro/config';
import { vicinoModel } from './model.js';

export default defineConfig({
  vite: { plugins: [vicinoModel('events.csv', { minShoppers: 2 })] },
});
