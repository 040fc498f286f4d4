import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [react()],
  worker: { format: "es" },
  // In development: the engine finds its WebAssembly beside its own module, which must stay where it is.
  optimizeDeps: { exclude: ["@calig/web", "onnxruntime-web"] },
});
