/** @file <calig-app>: the page itself: it holds what is asked, who answers, what came out, and what was asked before. */

import type { Explanation } from "@calig/core/internal/attribution/explanation";
import type { ImageReading } from "@calig/core/internal/input/image/rgb-image";
import type { InputForm, MethodList } from "@calig/core/internal/options/form";
import { isSigned } from "@calig/core/internal/render/evidence";
import { resultBound } from "@calig/core/internal/render/quantity";
import type { Verification } from "@calig/core/internal/verification/verification";
import { html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { type Asked, headsRequest, readingOf, requestsOf } from "./ask.ts";
import "./calig-question.ts";
import "./calig-result.ts";
import type { FurtherQuestions } from "./calig-result.ts";
import "./calig-theme.ts";
import "./calig-try.ts";
import type { FieldChange, QuestionActions } from "./calig-question.ts";
import type { ThemeChoice } from "./calig-theme.ts";
import { type Client, ClientError, type ExplainRequest, type ModelEntry, type PageDevice } from "./client.ts";
import { type Entry, historyList, REMEMBERED } from "./entry.ts";
import { accepts, fileName, writtenForm } from "./inputs.ts";
import { chosenModel, readerOf } from "./model-choice.ts";
import { PageElement } from "./page-element.ts";
import { browsersPicture, seenPicture } from "./picture.ts";
import { formatRoute, parseRoute, type Route } from "./route.ts";
import { verificationSection } from "./verification-section.ts";
import { Work } from "./work.ts";

const EXAMPLES = [
  "A gripping film that forgets to end",
  "Not bad at all, despite its slow and clumsy start",
  "The actors are wonderful; the script wastes every one of them",
];

const NOTHING_KNOWN: MethodList = { methods: [], options: [] };

export class CaligApp extends PageElement {
  static override properties: PropertyDeclarations = {
    client: { attribute: false },
    models: { state: true },
    known: { state: true },
    devices: { state: true },
    device: { state: true },
    acceptDifference: { state: true },
    fields: { state: true },
    file: { state: true },
    picture: { state: true },
    entry: { state: true },
    entries: { state: true },
    verification: { state: true },
    theme: { state: true },
    needsToken: { state: true },
  };

  /** Who explains. */
  declare client: Client | undefined;
  /** Makes a client that knows the token, where a server asks for one. */
  withToken: ((token: string) => Client) | undefined;
  declare protected models: readonly ModelEntry[];
  /** The methods, and every option that any of them takes. */
  declare protected known: MethodList;
  /** Where programs can run; empty where that is the server's business. */
  declare protected devices: readonly PageDevice[];
  /** No part of the address: it is the reader's machine. Undefined for the default. */
  declare protected device: PageDevice | undefined;
  declare protected acceptDifference: boolean;
  declare protected fields: Route;
  declare protected file: Blob | undefined;
  /** What is shown of the file, as a data URI. */
  declare protected picture: string | undefined;
  declare protected entry: Entry | undefined;
  declare protected entries: readonly Entry[];
  /** What the last verification found; goes with the next explanation. */
  declare protected verification: Verification | undefined;
  declare protected theme: ThemeChoice;
  declare protected needsToken: boolean;
  readonly #work = new Work(this);
  #next = 1;
  #looks = 0;

  constructor() {
    super();
    this.models = [];
    this.known = NOTHING_KNOWN;
    this.devices = [];
    this.acceptDifference = false;
    this.fields = parseRoute(location.hash);
    this.entries = [];
    this.theme = "auto";
    this.needsToken = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("hashchange", this.#followAddress);
    for (const name of ["dragover", "dragleave", "drop"]) addEventListener(name, this.#drag as EventListener);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("hashchange", this.#followAddress);
    for (const name of ["dragover", "dragleave", "drop"]) removeEventListener(name, this.#drag as EventListener);
  }

  override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (changed.has("client") && this.client !== undefined) void this.#start(this.client);
  }

  async #start(client: Client): Promise<void> {
    this.#work.status = { kind: "starting" };
    try {
      [this.models, this.known, this.devices] = await Promise.all([
        client.models(),
        client.methods(),
        client.devices?.() ?? [],
      ]);
      this.needsToken = false;
      this.#work.status = { kind: "idle" };
    } catch (error) {
      this.needsToken = error instanceof ClientError && error.code === "unauthorized";
      this.known = await client.methods().catch(() => NOTHING_KNOWN);
      this.#work.fail(error);
      return;
    }
    if (this.fields.text !== undefined || this.fields.chat !== undefined) await this.#explain();
  }

  get #model(): ModelEntry | undefined {
    return chosenModel(this.models, this.fields.model, this.file);
  }

  /** What the form asks for. */
  readonly #actions: QuestionActions = {
    set: (change) => this.#set(change),
    explain: () => void this.#explain(),
    cancel: () => this.#work.cancel(),
    verify: () => void this.#verify(),
    take: (files) => this.#take(files),
    look: () => void this.#look(),
    runOn: (device) => {
      this.device = device;
    },
    acceptDifference: (accepted) => {
      this.acceptDifference = accepted;
    },
  };

  #set(change: FieldChange): void {
    const fields = { ...this.fields, ...change };
    this.fields = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ""));
  }

  readonly #followAddress = (): void => {
    const route = parseRoute(location.hash);
    if (formatRoute(route) === formatRoute(this.fields)) return;
    this.fields = route;
    this.file = undefined;
    if (route.text !== undefined || route.chat !== undefined) void this.#explain();
  };

  readonly #drag = (event: DragEvent): void => {
    if (event.dataTransfer?.types.includes("Files") !== true) return;
    event.preventDefault();
    document.body.classList.toggle("dragging", event.type === "dragover");
    if (event.type !== "drop") return;
    void this.#take([...event.dataTransfer.files]);
  };

  /** An input, or the files of a model. */
  async #take(files: readonly File[]): Promise<void> {
    const [first] = files;
    if (first === undefined) return;
    if (files.some(({ name }) => /\.(onnx|safetensors|gguf)$|^config\.json$/i.test(name))) {
      await this.#openModel(files);
      return;
    }
    const reader = readerOf(this.models, first);
    if (reader === undefined) {
      const message = `Cannot explain ${fileName(first) ?? "the file"}: there is no model here that reads files; choose or open one`;
      this.#work.fail(new ClientError(message, "InputError"));
      return;
    }
    this.file = first;
    const isRead = accepts(this.#model?.input, first) || this.#model?.input?.field === reader.input?.field;
    if (!isRead) this.#set({ model: undefined, target: undefined, baseline: undefined });
    await Promise.all([this.#look(), this.#explain()]);
  }

  /** What the model sees of the file, as a data URI; undefined where there is no picture of it. */
  async #seen(form: InputForm | undefined, file: Blob | undefined): Promise<string | undefined> {
    if (file === undefined || form?.file?.isPicture !== true) return undefined;
    return seenPicture(file, readingOf(this.#model, this.fields) as ImageReading);
  }

  /** Shows the file, as the model will see it where the browser can. */
  async #look(): Promise<void> {
    const { file } = this;
    const look = ++this.#looks;
    try {
      const { input } = this.#model ?? {};
      const isPicture = file !== undefined && input?.file?.isPicture === true;
      const picture = isPicture ? ((await this.#seen(input, file)) ?? (await browsersPicture(file))) : undefined;
      if (look === this.#looks) this.picture = picture;
    } catch (error) {
      this.#work.fail(error);
    }
  }

  async #openModel(files: readonly File[]): Promise<void> {
    const { client } = this;
    if (client?.openModel === undefined) {
      this.#work.fail(
        new ClientError("This page explains on a server: give the model to calig serve --model", "InputError"),
      );
      return;
    }
    await this.#work.run(async (call) => {
      const model = await (client.openModel as NonNullable<Client["openModel"]>)(files, call);
      this.models = [...this.models.filter(({ name }) => name !== model.name), model];
      this.#set({ model: model.name, target: undefined, baseline: undefined, withTarget: undefined });
    });
  }

  async #explain(): Promise<void> {
    const { client, fields, file, device, acceptDifference, known } = this;
    const model = this.#model;
    if (client === undefined || model === undefined) return;
    const asked: Asked = { model, fields, file, device, acceptDifference };
    let requests: readonly ExplainRequest[];
    try {
      requests = requestsOf(asked, known);
    } catch (error) {
      this.#work.fail(error);
      return;
    }
    const form = model.input ?? writtenForm;
    const own = form.file === undefined ? undefined : file;
    await this.#work.run(async ({ signal, onProgress }) => {
      const explanations: Explanation[] = [];
      for (const [i, each] of requests.entries()) {
        explanations.push(
          await client.explain(each, {
            signal,
            onProgress: (done, activity) => onProgress((i + done) / requests.length, activity),
          }),
        );
      }
      this.#remember({
        id: this.#next++,
        explanations,
        requests,
        picture: await this.#seen(form, own),
        file: own,
        route: fields,
      });
    });
  }

  async #verify(): Promise<void> {
    const { client } = this;
    const model = this.#model;
    if (client === undefined || model === undefined) return;
    await this.#work.run(async (call) => {
      this.verification = undefined;
      const device = this.device === undefined ? {} : { device: this.device };
      this.verification = await client.verify({ model: model.name, ...device }, call);
    });
  }

  #remember(entry: Entry): void {
    this.verification = undefined;
    this.entry = entry;
    this.entries = [entry, ...this.entries].slice(0, REMEMBERED);
    writeAddress(entry);
  }

  #show(entry: Entry): void {
    this.#work.cancel();
    this.entry = entry;
    this.fields = entry.route;
    this.file = entry.file;
    void this.#look();
    this.#work.status = { kind: "idle" };
    writeAddress(entry);
  }

  override render(): TemplateResult {
    const { place } = this.client ?? {};
    const where =
      place === "browser"
        ? "Explained in this browser: nothing leaves it"
        : place === "server"
          ? "Explained by the server of this page"
          : "";
    const chooseTheme = ({ detail }: CustomEvent<ThemeChoice>) => {
      this.theme = detail;
    };
    return html`
      <a class="skip" href="#main" @click=${this.#skip}>Skip to the explanation</a>
      <header class="wide top">
        <h1>calig <span>why a model decides as it does</span></h1>
        <div class="end"><span class="place">${where}</span><calig-theme @calig-theme=${chooseTheme}></calig-theme></div>
      </header>
      <main class="wide">
        ${this.needsToken ? this.#tokenForm() : this.#question()}
        <div id="main" tabindex="-1" aria-live="polite">${this.#state()}</div>
        ${verificationSection(this.verification)}
        ${this.#results()}
        ${historyList(this.entries, this.entry, this.known.methods, (entry) => this.#show(entry))}
      </main>
      <footer class="wide foot"><p>Made with calig. This page makes no external requests.</p></footer>`;
  }

  #skip(event: Event): void {
    event.preventDefault();
    (this.querySelector("#main") as HTMLElement).focus();
  }

  #question(): TemplateResult {
    return html`<calig-question .models=${this.models} .model=${this.#model} .known=${this.known} .fields=${this.fields} .file=${this.file} .picture=${this.picture} .devices=${this.devices} .device=${this.device} .acceptsDifference=${this.acceptDifference} .opensModels=${this.client?.openModel !== undefined} .isWorking=${this.#work.status.kind === "working"} .actions=${this.#actions}></calig-question>`;
  }

  #tokenForm(): TemplateResult {
    const submit = (event: Event) => {
      event.preventDefault();
      const token = new FormData(event.target as HTMLFormElement).get("token");
      if (typeof token === "string" && this.withToken !== undefined) this.client = this.withToken(token);
    };
    return html`<form @submit=${submit}><div class="choices"><label class="field"><span>Token of this server</span><input type="password" name="token" autocomplete="off" required></label></div>
      <div class="actions"><button class="button main">Continue</button></div></form>`;
  }

  #state(): TemplateResult | typeof nothing {
    const { status } = this.#work;
    switch (status.kind) {
      case "starting":
        return html`<p class="working">Looking for models …</p>`;
      case "working": {
        const share = Math.min(1, Math.max(0, status.done));
        return html`<div class="working"><progress max="1" .value=${share} aria-label="Progress"></progress><span>${status.activity} (${Math.round(100 * share)}%)</span></div>`;
      }
      case "failed":
        return html`<div class="problem" role="alert"><b>That did not work.</b> <bdi>${status.message}</bdi></div>`;
      case "idle":
        return this.entry === undefined ? this.#empty() : nothing;
    }
  }

  #empty(): TemplateResult {
    const model = this.#model;
    const form = model?.input ?? writtenForm;
    const isOfTexts = form.field === writtenForm.field && form.prompt === undefined;
    const examples = isOfTexts && model?.default === true ? EXAMPLES : [];
    return html`<div class="empty"><h2>What made the model decide?</h2>
      <p>${form.file === undefined ? "Type" : "Drop"} a ${form.called}, and see which ${form.features} support the decision, which oppose it, and in which block of the network that evidence arises.</p>
      <ul class="examples" aria-label="Examples">${examples.map(
        (text) =>
          html`<li><button type="button" class="button small" @click=${() => {
            this.#set({ text });
            void this.#explain();
          }}>${text}</button></li>`,
      )}</ul></div>`;
  }

  #results(): TemplateResult | typeof nothing {
    const { entry } = this;
    if (entry === undefined) return nothing;
    const { explanations, requests, picture } = entry;
    // One scale for both where their numbers have the same unit.
    const isComparable = explanations.length === 2 && explanations.every(isSigned);
    const bound = isComparable ? resultBound(explanations) : undefined;
    const theme = this.theme === "auto" ? nothing : this.theme;
    return html`<div class=${explanations.length === 2 ? "pair two" : "pair"}>${explanations.map(
      (explanation, i) =>
        html`<calig-result id=${`result-${i + 1}`} .methods=${this.known.methods} theme=${theme} .explanation=${explanation} .picture=${picture} .bound=${bound} .requestHeads=${this.#headsOf(requests[i])} .asks=${this.#asksAbout(requests[i])}></calig-result>`,
    )}</div>${explanations.length === 1 ? html`<calig-try theme=${theme} .explanation=${explanations[0]} .request=${requests[0]} .client=${this.client} .picture=${picture}></calig-try>` : nothing}`;
  }

  /** Questions that follow from an explanation of a prompt. */
  #asksAbout(request: ExplainRequest | undefined): FurtherQuestions | undefined {
    if (request === undefined || !("prompt" in request.input)) return undefined;
    const isOfLabels = request.input.prompt.verbaliser !== undefined;
    return isOfLabels ? this.#ofLabels : this.#ofTokens;
  }

  readonly #perToken = (): void => {
    this.#set({ perToken: "true" });
    void this.#explain();
  };

  readonly #ofTokens: FurtherQuestions = {
    noun: "token",
    why: ({ index }) => {
      const none = { answer: undefined, againstText: undefined, verbaliser: undefined, perToken: undefined };
      this.#set({ target: `#${index}`, ...none });
      void this.#explain();
    },
    perToken: this.#perToken,
  };

  readonly #ofLabels: FurtherQuestions = {
    noun: "label",
    why: ({ label }) => {
      this.#set({ target: label });
      void this.#explain();
    },
    perToken: this.#perToken,
  };

  #headsOf(request: ExplainRequest | undefined): (() => Promise<Explanation>) | undefined {
    const { client } = this;
    const heads = request === undefined ? undefined : headsRequest(request, this.known);
    if (client === undefined || heads === undefined) return undefined;
    const quiet = { signal: new AbortController().signal, onProgress: () => undefined };
    return () => client.explain(heads, quiet);
  }
}

/** A link that shows the same again; files are in none. */
const writeAddress = ({ file, route }: Entry): void =>
  history.replaceState(null, "", formatRoute(file === undefined ? route : {}) || location.pathname);

customElements.define("calig-app", CaligApp);
