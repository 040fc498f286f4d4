/** @file <calig-app>: the page itself: what is asked, who answers, what came out, what was asked before. */

import { distinctNames, namingOf } from "@calig/core/internal/attribution/class-names";
import type { Explanation } from "@calig/core/internal/attribution/explanation";
import type { BaselineName } from "@calig/core/internal/attribution/option-words";
import type { ImageReading } from "@calig/core/internal/input/image/rgb-image";
import type { InputForm, MethodEntry, MethodList } from "@calig/core/internal/options/form";
import { type OptionForm, valuesOf } from "@calig/core/internal/options/form";
import { capital, excerptOf, isSigned, targetName } from "@calig/core/internal/render/evidence";
import { targetValue } from "@calig/core/internal/render/head";
import { printable, visible } from "@calig/core/internal/render/plain-text";
import { resultBound } from "@calig/core/internal/render/quantity";
import { checkRows } from "@calig/core/internal/report/verification/table";
import { REPORTING, type Verification, verdict } from "@calig/core/internal/verification/verification";
import { html, LitElement, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import "./calig-result.ts";
import {
  type Client,
  ClientError,
  type ExplainCall,
  type ExplainRequest,
  type ModelEntry,
  type PageDevice,
  type Reading,
} from "./client.ts";
import { accepts, fileName, writtenForm } from "./inputs.ts";
import { baselineTitle, deviceTitle, titleIn } from "./names.ts";
import { optionFields } from "./option-fields.ts";
import { browsersPicture, seenPicture } from "./picture.ts";
import { readingFields } from "./reading-fields.ts";
import { formatRoute, optionField, optionTexts, parseRoute, type Route } from "./route.ts";

type Status =
  | { readonly kind: "starting" }
  | { readonly kind: "idle" }
  | { readonly kind: "working"; readonly done: number; readonly activity: string }
  | { readonly kind: "failed"; readonly message: string };

/** One or two explanations that were made together. */
interface Entry {
  readonly id: number;
  readonly explanations: readonly Explanation[];
  /** What was asked for each of them. */
  readonly requests: readonly ExplainRequest[];
  /** What the model saw, as a data URI; undefined for texts, and where this browser cannot show it. */
  readonly picture: string | undefined;
  readonly file: Blob | undefined;
  readonly route: Route;
}

/** Entries that are remembered until the page is closed. */
const REMEMBERED = 20;

const EXAMPLES = [
  "A gripping film that forgets to end",
  "Not bad at all, despite its slow and clumsy start",
  "The actors are wonderful; the script wastes every one of them",
];

const THEMES = [
  ["auto", "Auto"],
  ["light", "Light"],
  ["dark", "Dark"],
] as const;

/** Options that have fields of their own, made for the model that is chosen. */
const OWN_FIELDS = ["target", "baseline"];

/** In the page's own tree: the page's style sheet holds. */
export class CaligApp extends LitElement {
  static override properties: PropertyDeclarations = {
    client: { attribute: false },
    models: { state: true },
    methods: { state: true },
    options: { state: true },
    devices: { state: true },
    device: { state: true },
    acceptDifference: { state: true },
    fields: { state: true },
    file: { state: true },
    picture: { state: true },
    status: { state: true },
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
  declare protected methods: readonly MethodEntry[];
  /** Every option that any of the methods takes. */
  declare protected options: readonly OptionForm[];
  /** Where programs can run; empty where that is the server's business. */
  declare protected devices: readonly PageDevice[];
  /** No part of the address: it is the reader's machine. Undefined for the default. */
  declare protected device: PageDevice | undefined;
  declare protected acceptDifference: boolean;
  declare protected fields: Route;
  declare protected file: Blob | undefined;
  /** What is shown of the file, as a data URI. */
  declare protected picture: string | undefined;
  declare protected status: Status;
  declare protected entry: Entry | undefined;
  declare protected entries: readonly Entry[];
  /** What the last verification found; goes with the next explanation. */
  declare protected verification: Verification | undefined;
  declare protected theme: (typeof THEMES)[number][0];
  declare protected needsToken: boolean;
  #working: AbortController | undefined;
  #next = 1;
  #looks = 0;

  constructor() {
    super();
    this.models = [];
    this.methods = [];
    this.options = [];
    this.devices = [];
    this.acceptDifference = false;
    this.fields = parseRoute(location.hash);
    this.status = { kind: "starting" };
    this.entries = [];
    this.theme = "auto";
    this.needsToken = false;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
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
    if (changed.has("theme")) document.documentElement.dataset.theme = this.theme;
  }

  async #start(client: Client): Promise<void> {
    this.status = { kind: "starting" };
    try {
      const [models, listed, devices] = await Promise.all([
        client.models(),
        client.methods(),
        client.devices?.() ?? [],
      ]);
      [this.models, this.devices] = [models, devices];
      this.#list(listed);
      this.needsToken = false;
      this.status = { kind: "idle" };
    } catch (error) {
      this.needsToken = error instanceof ClientError && error.code === "unauthorized";
      this.#list(await client.methods().catch(() => ({ methods: [], options: [] })));
      this.#fail(error);
      return;
    }
    if (this.fields.text !== undefined) await this.#explain();
  }

  #list({ methods, options }: MethodList): void {
    [this.methods, this.options] = [methods, options];
  }

  /** The options that a method takes; those of the default one where none is named. */
  #optionsOf(name: string | undefined): readonly OptionForm[] {
    const taken = (this.methods.find((method) => method.name === name) ?? this.methods[0])?.options ?? [];
    return this.options.filter((form) => taken.includes(form.name));
  }

  #fail(error: unknown): void {
    this.status = { kind: "failed", message: error instanceof Error ? error.message : String(error) };
  }

  get #model(): ModelEntry | undefined {
    const { file } = this;
    return (
      this.models.find(({ name }) => name === this.fields.model) ??
      (file === undefined ? firstOf(this.models, ({ input }) => input?.file === undefined) : this.#readerOf(file)) ??
      this.models[0]
    );
  }

  /** A model for a file: one for such files, else one for any, which says what is wrong with it. */
  #readerOf(file: Blob): ModelEntry | undefined {
    return (
      firstOf(this.models, ({ input }) => accepts(input, file)) ??
      firstOf(this.models, ({ input }) => input?.file !== undefined)
    );
  }

  #set(change: Partial<Record<keyof Route, string | undefined>>): void {
    const fields = { ...this.fields, ...change };
    this.fields = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined && value !== ""));
  }

  readonly #followAddress = (): void => {
    const route = parseRoute(location.hash);
    if (formatRoute(route) === formatRoute(this.fields)) return;
    this.fields = route;
    this.file = undefined;
    if (route.text !== undefined) void this.#explain();
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
    if (files.some(({ name }) => /\.(onnx|safetensors)$|^config\.json$/.test(name))) {
      await this.#openModel(files);
      return;
    }
    const reader = this.#readerOf(first);
    if (reader === undefined) {
      const message = `Cannot explain ${fileName(first) ?? "the file"}: there is no model here that reads files; choose or open one`;
      this.#fail(new ClientError(message, "InputError"));
      return;
    }
    this.file = first;
    const isRead = accepts(this.#model?.input, first) || this.#model?.input?.field === reader.input?.field;
    if (!isRead) this.#set({ model: undefined, target: undefined, baseline: undefined });
    await Promise.all([this.#look(), this.#explain()]);
  }

  /** What the fields for reading files hold. */
  get #readingTexts(): Readonly<Record<string, string>> {
    const { background = "", deepGrey = "" } = this.fields;
    return { ...optionTexts(this.fields), background, deepGrey };
  }

  /** How the file is to be read. */
  get #reading(): Reading {
    return valuesOf(this.#model?.input?.file?.options ?? [], this.#readingTexts);
  }

  /** What the model sees of the file, as a data URI; undefined where there is no picture of it. */
  async #seen(form: InputForm | undefined, file: Blob | undefined): Promise<string | undefined> {
    if (file === undefined || form?.file?.isPicture !== true) return undefined;
    return seenPicture(file, this.#reading as ImageReading);
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
      this.#fail(error);
    }
  }

  async #openModel(files: readonly File[]): Promise<void> {
    const { client } = this;
    if (client?.openModel === undefined) {
      this.#fail(
        new ClientError("This page explains on a server: give the model to calig serve --model", "InputError"),
      );
      return;
    }
    await this.#work(async (call) => {
      const model = await (client.openModel as NonNullable<Client["openModel"]>)(files, call);
      this.models = [...this.models.filter(({ name }) => name !== model.name), model];
      this.#set({ model: model.name, target: undefined, baseline: undefined, withTarget: undefined });
    });
  }

  /** Runs one job with progress, and says what went wrong; a new one ends the one before. */
  async #work(job: (call: ExplainCall) => Promise<void>): Promise<void> {
    this.#working?.abort();
    const controller = new AbortController();
    this.#working = controller;
    this.status = { kind: "working", done: 0, activity: "starting" };
    try {
      await job({
        signal: controller.signal,
        onProgress: (done, activity) => {
          if (!controller.signal.aborted) this.status = { kind: "working", done, activity };
        },
      });
      if (this.#working === controller) this.status = { kind: "idle" };
    } catch (error) {
      if (this.#working !== controller) return;
      if (controller.signal.aborted) this.status = { kind: "idle" };
      else this.#fail(error);
    }
  }

  async #explain(): Promise<void> {
    const { client, fields, file } = this;
    const model = this.#model;
    if (client === undefined || model === undefined) return;
    const form = model.input ?? writtenForm;
    const text = fields.text ?? "";
    if (form.file === undefined ? text.trim() === "" : file === undefined) {
      const todo = form.file === undefined ? `type a ${form.called}` : `drop a ${form.called}`;
      this.#fail(new ClientError(`There is nothing to explain yet: ${todo}`, "InputError"));
      return;
    }
    const own = form.file === undefined ? undefined : file;
    const input = own === undefined ? { text } : { field: form.field, file: own, reading: this.#reading };
    const request: ExplainRequest = {
      model: model.name,
      input,
      ...(fields.method === undefined ? {} : { method: fields.method }),
      ...(fields.target === undefined ? {} : { target: fields.target }),
      ...(fields.baseline === undefined ? {} : { baseline: fields.baseline as BaselineName }),
      ...(this.device === undefined ? {} : { device: this.device }),
      ...(this.acceptDifference ? { acceptDifference: true } : {}),
    };
    const { withMethod, withTarget } = fields;
    const texts = optionTexts(fields);
    const withOptions = (asked: ExplainRequest): ExplainRequest => ({
      ...valuesOf(this.#optionsOf(asked.method), texts),
      ...asked,
    });
    const second: ExplainRequest | undefined =
      withMethod === undefined && withTarget === undefined
        ? undefined
        : {
            ...request,
            ...(withMethod === undefined ? {} : { method: withMethod }),
            ...(withTarget === undefined ? {} : { target: withTarget }),
          };
    await this.#work(async ({ signal, onProgress }) => {
      const requests = (second === undefined ? [request] : [request, second]).map(withOptions);
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
    await this.#work(async (call) => {
      this.verification = undefined;
      const device = this.device === undefined ? {} : { device: this.device };
      this.verification = await client.verify({ model: model.name, ...device }, call);
    });
  }

  #verified(): TemplateResult | typeof nothing {
    const { verification } = this;
    if (verification === undefined) return nothing;
    const { checks, model, engine, passed } = verification;
    const rows = checkRows(checks).map(
      ({ name, status, difference, limit, sentence }) =>
        html`<tr><th scope="row">${name}</th><td>${status}</td><td>${difference}</td><td>${limit}</td><td>${sentence}</td></tr>`,
    );
    return html`<section class=${passed ? "" : "problem"} aria-labelledby="verified"><h2 id="verified">${verdict(verification)}</h2>
      <p><bdi>${model.id}</bdi>, ${engine}${passed ? "" : `. ${REPORTING}.`}</p>
      <div class="wide-table" tabindex="0" role="region" aria-label="Checks of the model"><table class="heads checks"><thead><tr><th scope="col">Check</th><th scope="col">Result</th><th scope="col">Largest difference</th><th scope="col">Limit</th><th scope="col">What was found</th></tr></thead><tbody>${rows}</tbody></table></div></section>`;
  }

  #remember(entry: Entry): void {
    this.verification = undefined;
    this.entry = entry;
    this.entries = [entry, ...this.entries].slice(0, REMEMBERED);
    history.replaceState(null, "", formatRoute(entry.file === undefined ? entry.route : {}) || location.pathname);
  }

  #show(entry: Entry): void {
    this.#working?.abort();
    this.entry = entry;
    this.fields = entry.route;
    this.file = entry.file;
    void this.#look();
    this.status = { kind: "idle" };
    history.replaceState(null, "", formatRoute(entry.file === undefined ? entry.route : {}) || location.pathname);
  }

  override render(): TemplateResult {
    const { place } = this.client ?? {};
    const where =
      place === "browser"
        ? "Explained in this browser: nothing leaves it"
        : place === "server"
          ? "Explained by the server of this page"
          : "";
    return html`
      <a class="skip" href="#main" @click=${this.#skip}>Skip to the explanation</a>
      <header class="wide top">
        <h1>calig <span>why a model decides as it does</span></h1>
        <div class="end"><span class="place">${where}</span>${this.#themes()}</div>
      </header>
      <main class="wide">
        ${this.needsToken ? this.#tokenForm() : this.#form()}
        <div id="main" tabindex="-1" aria-live="polite">${this.#state()}</div>
        ${this.#verified()}
        ${this.#results()}
        ${this.#history()}
      </main>
      <footer class="wide foot"><p>Made with calig. This page asks nothing of other places.</p></footer>`;
  }

  #skip(event: Event): void {
    event.preventDefault();
    (this.querySelector("#main") as HTMLElement).focus();
  }

  #themes(): TemplateResult {
    return html`<fieldset class="seg"><legend class="sr">Colours of the page</legend>${THEMES.map(
      ([value, title]) =>
        html`<label><input type="radio" name="theme" value=${value} .checked=${this.theme === value} @change=${() => {
          this.theme = value;
        }}><span>${title}</span></label>`,
    )}</fieldset>`;
  }

  #form(): TemplateResult {
    const model = this.#model;
    const submit = (event: Event) => {
      event.preventDefault();
      void this.#explain();
    };
    const isWorking = this.status.kind === "working";
    return html`<form @submit=${submit}>
      ${model?.input?.file === undefined ? this.#text(model?.input ?? writtenForm) : this.#drop(model.input)}
      <div class="choices">
        ${this.#select(
          "Model",
          "model",
          this.models.map(({ name }) => [name, name]),
          model?.name ?? "",
        )}
        ${this.#select("Class", "target", [["", "The predicted class"], ...classChoices(model)])}
        ${this.#select(
          "Method",
          "method",
          this.methods.map(({ name, title }, i) => [i === 0 ? "" : name, title]),
        )}
        ${this.#select("Baseline", "baseline", [["", "Default"], ...(model?.input?.baselines ?? []).map((name) => [name, baselineTitle(name)] as const)])}
        ${this.#compare(model)}
        ${this.#readAs(model)}
        ${this.devices.length > 1 ? this.#runOn() : nothing}
        ${this.client?.openModel === undefined ? nothing : this.#accept()}
      </div>
      ${this.#moreOptions()}
      <div class="actions">
        <button class="button main" ?disabled=${model === undefined}>Explain</button>
        ${isWorking ? html`<button type="button" class="button" @click=${() => this.#working?.abort()}>Cancel</button>` : nothing}
        <button type="button" class="button" ?disabled=${model === undefined || isWorking} @click=${() => this.#verify()}>Verify this model</button>
        ${this.client?.openModel === undefined ? nothing : this.#open()}
      </div>
    </form>`;
  }

  #text({ called }: InputForm): TemplateResult {
    const input = (event: Event) => this.#set({ text: (event.target as HTMLTextAreaElement).value });
    const keys = (event: KeyboardEvent) => {
      if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      void this.#explain();
    };
    return html`<div class="field"><label for="text">${capital(called)} to explain <span class="more">(Ctrl+Enter explains it)</span></label>
      <textarea id="text" dir="auto" spellcheck="false" .value=${live(this.fields.text ?? "")} @input=${input} @keydown=${keys}></textarea></div>`;
  }

  #drop({ called, file }: InputForm): TemplateResult {
    const name = fileName(this.file);
    const shown =
      this.picture !== undefined
        ? html`<img src=${this.picture} alt=${`The ${called} to explain`}>`
        : name === undefined
          ? nothing
          : html`<p><bdi>${name}</bdi></p>`;
    return html`<div class="drop">${shown}<label class="field" for="file">${capital(called)} to explain: drop it anywhere on this page, or choose a file (${file?.formats})</label><input type="file" id="file" accept=${file?.accept ?? nothing} @change=${this.#files}></div>`;
  }

  #open(): TemplateResult {
    return html`<div class="folder"><label for="folder">Or open the folder of a model</label><input type="file" id="folder" webkitdirectory multiple @change=${this.#files}></div>`;
  }

  #files(event: Event): void {
    const input = event.target as HTMLInputElement;
    void this.#take([...(input.files ?? [])]).then(() => {
      input.value = "";
    });
  }

  #select(
    title: string,
    field: keyof Route,
    options: readonly (readonly [value: string, title: string])[],
    value = this.fields[field] ?? "",
  ): TemplateResult {
    const change = (event: Event) => {
      const chosen = (event.target as HTMLSelectElement).value;
      // What belongs to another model makes no sense with this one.
      const reset = field === "model" ? { target: undefined, baseline: undefined, withTarget: undefined } : {};
      this.#set({ ...reset, [field]: chosen });
    };
    return html`<label class="field"><span>${title}</span><select name=${field} .value=${live(value)} @change=${change}>${options.map(
      ([each, name]) => html`<option value=${each} ?selected=${each === value}>${name}</option>`,
    )}</select></label>`;
  }

  /** One choice for both ways to compare: with another method, or with another class. */
  #compare(model: ModelEntry | undefined): TemplateResult {
    const { withMethod, withTarget } = this.fields;
    const value = withMethod !== undefined ? `m:${withMethod}` : withTarget !== undefined ? `t:${withTarget}` : "";
    const change = (event: Event) => {
      const chosen = (event.target as HTMLSelectElement).value;
      this.#set({
        withMethod: chosen.startsWith("m:") ? chosen.slice(2) : undefined,
        withTarget: chosen.startsWith("t:") ? chosen.slice(2) : undefined,
      });
    };
    const option = (kind: string, name: string, title: string) =>
      html`<option value=${`${kind}:${name}`} ?selected=${`${kind}:${name}` === value}>${title}</option>`;
    return html`<label class="field"><span>Compare with</span><select name="compare" .value=${live(value)} @change=${change}>
      <option value="" ?selected=${value === ""}>Nothing</option>
      <optgroup label="Another method">${this.methods.map(({ name, title }) => option("m", name, title))}</optgroup>
      <optgroup label="Another class">${classChoices(model).map(([value, title]) => option("t", value, title))}</optgroup>
    </select></label>`;
  }

  /** How files are read. */
  #readAs(model: ModelEntry | undefined): unknown {
    return readingFields(model?.input?.file?.options ?? [], this.#readingTexts, (name, value) => {
      this.#set({ [name === "background" || name === "deepGrey" ? name : optionField(name)]: value });
      void this.#look();
    });
  }

  #runOn(): TemplateResult {
    const change = (event: Event) => {
      this.device = (event.target as HTMLSelectElement).value as PageDevice;
    };
    const chosen = this.device ?? this.devices[0];
    return html`<label class="field"><span>Run on</span><select name="device" @change=${change}>${this.devices.map(
      (device) => html`<option value=${device} ?selected=${device === chosen}>${deviceTitle(device)}</option>`,
    )}</select></label>`;
  }

  #accept(): TemplateResult {
    const change = (event: Event) => {
      this.acceptDifference = (event.target as HTMLInputElement).checked;
    };
    return html`<label class="field"><span>Quantised files</span><span><input type="checkbox" name="accept-difference" .checked=${this.acceptDifference} @change=${change}> explain even where their own answer is another</span></label>`;
  }

  /** All other options of the method, as its declaration says what they are. */
  #moreOptions(): TemplateResult | typeof nothing {
    const shown = this.#optionsOf(this.fields.method).filter(({ name }) => !OWN_FIELDS.includes(name));
    if (shown.length === 0) return nothing;
    const texts = optionTexts(this.fields);
    const change = (name: string, text: string) => this.#set({ [optionField(name)]: text });
    return html`<details class="more-options" ?open=${shown.some(({ name }) => texts[name] !== undefined)}><summary>More options</summary>
      <div class="choices">${optionFields(shown, texts, change)}</div></details>`;
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
    const { status } = this;
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
    const examples = model?.input?.field === writtenForm.field && model.default ? EXAMPLES : [];
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
    return html`<div class=${explanations.length === 2 ? "pair two" : "pair"}>${explanations.map(
      (explanation, i) =>
        html`<calig-result id=${`result-${i + 1}`} .methods=${this.methods} theme=${this.theme === "auto" ? nothing : this.theme} .explanation=${explanation} .picture=${picture} .bound=${bound} .requestHeads=${this.#headsOf(requests[i])}></calig-result>`,
    )}</div>`;
  }

  /** The evidence of heads is that of the input itself: it needs no more than one point of each path. */
  #headsOf(request: ExplainRequest | undefined): (() => Promise<Explanation>) | undefined {
    const { client } = this;
    if (client === undefined || request === undefined) return undefined;
    const quiet = { signal: new AbortController().signal, onProgress: () => undefined };
    const takes = this.#optionsOf(request.method).map(({ name }) => name);
    if (!takes.includes("heads")) return undefined;
    const { timeBudget: _noTime, ...asked } = request;
    return () => client.explain({ ...asked, heads: true, steps: 1 } as ExplainRequest, quiet);
  }

  #history(): TemplateResult | typeof nothing {
    if (this.entries.length < 2) return nothing;
    return html`<section class="history" aria-labelledby="history"><h2 id="history">Explained before</h2><ol>${this.entries.map(
      (entry) => {
        const [first, second] = entry.explanations;
        if (first === undefined) return nothing;
        const title = `${printable(targetName(first))} ${targetValue(first)}`;
        const methods = [first, second].flatMap((each) =>
          each === undefined ? [] : [titleIn(this.methods, each.method.name)],
        );
        const about = excerptOf(first);
        return html`<li><button type="button" aria-current=${entry === this.entry ? "true" : "false"} @click=${() => this.#show(entry)}><span><bdi>${title}</bdi></span><span class="excerpt"><bdi>${about}</bdi> · ${[...new Set(methods)].join(" and ")}</span></button></li>`;
      },
    )}</ol></section>`;
  }
}

/** The default one of those that fit, else the first. */
const firstOf = (models: readonly ModelEntry[], fits: (model: ModelEntry) => boolean): ModelEntry | undefined =>
  models.find((model) => fits(model) && model.default) ?? models.find(fits);

/** The classes of a model: what requests call each, and what readers see. */
function classChoices({ labels }: Pick<ModelEntry, "labels"> = { labels: [] }): (readonly [string, string])[] {
  const names = distinctNames(labels);
  return namingOf(labels).map((value, index) => [value, visible(names[index] ?? value)]);
}

customElements.define("calig-app", CaligApp);
