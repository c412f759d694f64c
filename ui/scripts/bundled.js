/** Builds into the folder that is named, with `packages.json`: the packages whose code is in what was built. */
import { build } from 'vite';

const outDir = process.argv[2];
await build({ logLevel: 'error', build: { outDir, emptyOutDir: true, license: { fileName: 'packages.json' } } });
