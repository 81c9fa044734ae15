import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The gateway serves the pages with a strict content security policy: nothing inline, nothing from elsewhere.
export default defineConfig({
  plugins: [react()],
  base: './',
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false }, sourcemap: false, reportCompressedSize: false },
  server: { proxy: { '/api': 'http://localhost:8080', '/p2p': 'http://localhost:8080' } },
});
