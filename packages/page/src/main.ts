/** @file Starts the page: its style sheet, and a client for where it was loaded from. */

import { CaligApp } from "./calig-app.ts";
import { createHttpClient, findServer } from "./http-client.ts";
import { pageStyles } from "./styles.ts";
import { createWorkerClient } from "./worker-client.ts";

const sheet = new CSSStyleSheet();
sheet.replaceSync(pageStyles());
document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];

const startWorker = () => new Worker(new URL("./engine.worker.ts", import.meta.url), { type: "module", name: "calig" });

const app = document.querySelector("calig-app");
if (app instanceof CaligApp) {
  const base = document.baseURI;
  app.withToken = (token) => createHttpClient({ base, token });
  app.client = (await findServer(base)) ? createHttpClient({ base }) : createWorkerClient(startWorker);
}
