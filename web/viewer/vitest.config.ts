import { defineConfig } from 'vitest/config';

// One worker for all files: what they import is loaded once.
export default defineConfig({
  test: { environment: 'node', include: ['test/**/*.test.ts'], globalSetup: 'test/browser.ts', testTimeout: 180_000, hookTimeout: 120_000, fileParallelism: false, isolate: false },
});
