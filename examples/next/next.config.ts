import type { NextConfig } from "next";

const config: NextConfig = {
  // Native files, models and worker threads lie beside the modules of calig: Node loads it, the bundler leaves it alone.
  serverExternalPackages: ["calig"],
};

export default config;
