import { describe, expect, it } from "vitest";
import { ClientError, type ExplainRequest } from "./client.ts";
import { createWorkerClient } from "./worker-client.ts";
import type { FromWorker, ToWorker } from "./worker-protocol.ts";

/** A worker that is played: notes what it is asked, says what it is told to say. */
class PlayedWorker extends EventTarget {
  readonly asked: ToWorker[] = [];
  postMessage(message: ToWorker): void {
    this.asked.push(message);
  }
  say(data: FromWorker): void {
    this.dispatchEvent(new MessageEvent("message", { data }));
  }
  crash(message: string): void {
    this.dispatchEvent(Object.assign(new Event("error"), { message }));
  }
}

function start() {
  const workers: PlayedWorker[] = [];
  const client = createWorkerClient(() => {
    const worker = new PlayedWorker();
    workers.push(worker);
    return worker as unknown as Worker;
  });
  return { client, workers };
}

const request: ExplainRequest = { model: "m", input: { text: "a" } };
const call = () => ({ signal: new AbortController().signal, onProgress: () => {} });

describe("createWorkerClient()", () => {
  it("starts one worker, when it is first needed, and keeps answers apart", async () => {
    const { client, workers } = start();
    expect(workers).toHaveLength(0);
    const [methods, models] = [client.methods(), client.models()];
    expect(workers).toHaveLength(1);
    const [first, second] = workers[0]?.asked ?? [];
    workers[0]?.say({ id: second?.id ?? -1, answer: [] });
    workers[0]?.say({ id: first?.id ?? -1, answer: { methods: [], options: [] } });
    expect(await methods).toEqual({ methods: [], options: [] });
    expect(await models).toEqual([]);
  });

  it("tells progress and errors", async () => {
    const { client, workers } = start();
    const progress: unknown[] = [];
    const explaining = client.explain(request, { ...call(), onProgress: (...report) => progress.push(report) });
    workers[0]?.say({ id: 0, progress: [0.5, "sweep"] });
    workers[0]?.say({ id: 0, error: { message: "Cannot read the text", code: "CALIG_INPUT" } });
    await expect(explaining).rejects.toThrow(new ClientError("Cannot read the text", "CALIG_INPUT"));
    expect(progress).toEqual([[0.5, "sweep"]]);
  });

  it("passes cancelling on, at once", async () => {
    const { client, workers } = start();
    const controller = new AbortController();
    const explaining = client.explain(request, { ...call(), signal: controller.signal });
    controller.abort(new Error("enough"));
    await expect(explaining).rejects.toThrow("enough");
    expect(workers[0]?.asked.at(-1)).toEqual({ id: 0, do: "cancel" });
    await expect(client.explain(request, { ...call(), signal: controller.signal })).rejects.toThrow("enough");
    expect(workers[0]?.asked).toHaveLength(2);
  });

  it("starts another worker after one that broke", async () => {
    const { client, workers } = start();
    const explaining = client.explain(request, call());
    workers[0]?.crash("no memory");
    await expect(explaining).rejects.toThrow("The engine cannot run in this browser: no memory");
    void client.models();
    expect(workers).toHaveLength(2);
  });
});
