import { fileURLToPath } from "node:url";
import { defaultClientConditions, defineConfig } from "vite";
import { bundledLicences } from "../../scripts/bundled-licences.ts";

const licences = bundledLicences();

/** The web components as one file for pages without a build: dist/components/calig.js. */
export default defineConfig({
  logLevel: "warn",
  publicDir: false,
  root: fileURLToPath(new URL(".", import.meta.url)),
  resolve: { conditions: ["calig-source", ...defaultClientConditions] },
  plugins: [licences.collect(), licences.write()],
  build: {
    outDir: "dist/components",
    emptyOutDir: false,
    target: "es2022",
    lib: {
      entry: fileURLToPath(new URL("src/components/register.ts", import.meta.url)),
      formats: ["es"],
      fileName: () => "calig.js",
    },
  },
});
