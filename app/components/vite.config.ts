// Builds every component into assets/: one entry per folder that has frontend/index.ts. Names carry the hash of their
// content, so that the engine may serve them as never changing; assets/manifest.json says which name is current.
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig } from 'vite';

const here = import.meta.dirname;
const components = readdirSync(here).filter((name) => existsSync(join(here, name, 'frontend', 'index.ts')));

export default defineConfig({
  base: './',
  build: {
    outDir: 'assets',
    emptyOutDir: true,
    target: 'es2022',
    manifest: 'manifest.json',
    modulePreload: false,
    sourcemap: false,
    rolldownOptions: {
      input: Object.fromEntries(components.map((name) => [name, join(here, name, 'frontend', 'index.ts')])),
      preserveEntrySignatures: 'strict', // otherwise the default export of an entry is dropped
      output: {
        entryFileNames: '[name]-[hash].js',
        chunkFileNames: 'shared-[name]-[hash].js',
        assetFileNames: '[name]-[hash][extname]',
      },
    },
  },
});
