import { expect, it } from "vitest";
import { readEvents } from "./event-stream.ts";

/** A body that arrives in the given parts. */
function bodyOf(parts: readonly string[]): ReadableStream<Uint8Array> {
  const bytes = parts.map((part) => new TextEncoder().encode(part));
  return new ReadableStream({
    pull(controller) {
      const part = bytes.shift();
      if (part === undefined) controller.close();
      else controller.enqueue(part);
    },
  });
}

it("readEvents() puts events together however they arrive", async () => {
  const text = 'event: queued\ndata: {"waiting":0}\n\n: a comment\ndata: one\ndata:two ä\n\nevent: cut off';
  for (const size of [1, 3, 7, 1000]) {
    const parts = text.match(new RegExp(`[\\s\\S]{1,${size}}`, "g")) as string[];
    const events = [];
    for await (const event of readEvents(bodyOf(parts))) events.push(event);
    expect(events).toEqual([
      { event: "queued", data: '{"waiting":0}' },
      { event: "message", data: "one\ntwo ä" },
    ]);
  }
});
