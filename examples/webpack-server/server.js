/** @file A small HTTP server that explains sentences: GET /explain?text=... Bundled into one file by build.js. */

import { createServer } from "node:http";
import { explain, loadModel } from "calig/node";

/** No top-level await: bundles of CommonJS have none. */
async function main() {
  // In a thread of its own the engine leaves this one free for other requests.
  const model = await loadModel("sst2", { thread: !process.argv.includes("--one-thread") });
  const server = createServer(async ({ url }, response) => {
    const { pathname, searchParams } = new URL(url, "http://localhost");
    const answer = (status, value) =>
      response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(value));
    if (pathname !== "/explain") return answer(404, { error: "Ask for /explain?text=..." });
    try {
      const { target, supporting, opposing } = await explain(model, searchParams.get("text") ?? "");
      answer(200, { label: target.label, supporting: supporting.slice(0, 3), opposing: opposing.slice(0, 3) });
    } catch (error) {
      answer(400, { error: error.message });
    }
  });
  server.listen(Number(process.env.PORT ?? 8080), "127.0.0.1", () => {
    console.log(`http://127.0.0.1:${server.address().port}/explain?text=A+gripping+film`);
  });
  process.once("SIGTERM", () => server.close(() => model.dispose()));
}

main().catch((error) => {
  console.error(error.message);
  process.exitCode = 1;
});
