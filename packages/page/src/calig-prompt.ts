/** @file <calig-prompt>: the fields of a prompt: plain or as a chat, its parts, the answer and the one that it is held against. */

import type { ChatMessage } from "@calig/core/internal/attribution/input";
import { visible } from "@calig/core/internal/render/plain-text";
import { html, nothing, type PropertyDeclarations, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { PageElement } from "./page-element.ts";
import { chatOf, FIRST_MESSAGES, type NamedPart, partsIn, written } from "./prompt-input.ts";
import type { Route } from "./route.ts";
import { segmented } from "./segmented.ts";

/** Roles that templates usually know. */
const ROLES = ["system", "user", "assistant"];
/** Longest text of a part that the list of parts shows. */
const SHOWN = 60;

/** What the fields ask the page to do. */
export interface PromptActions {
  set(change: Partial<Record<keyof Route, string | undefined>>): void;
  explain(): void;
}

class CaligPrompt extends PageElement {
  static override properties: PropertyDeclarations = {
    fields: { attribute: false },
    takesChats: { attribute: false },
    actions: { attribute: false },
    hint: { state: true },
  };

  declare fields: Route;
  /** Whether the model has a template for chats. */
  declare takesChats: boolean;
  declare actions: PromptActions;
  /** What to do where a part was asked for and nothing is selected. */
  declare protected hint: string;

  constructor() {
    super();
    this.hint = "";
  }

  override render(): TemplateResult {
    const { fields, actions } = this;
    const chat = this.takesChats ? chatOf(fields) : undefined;
    const forms = this.takesChats
      ? segmented(
          "prompt-form",
          "The prompt is",
          [
            ["plain", "Plain prompt"],
            ["chat", "Chat"],
          ],
          chat === undefined ? "plain" : "chat",
          (form) => actions.set({ chat: form === "chat" ? written(this.#asMessages()) : undefined, parts: undefined }),
        )
      : nothing;
    return html`<div class="prompt" @keydown=${this.#keys}>
      ${forms}
      ${chat === undefined ? this.#plain() : this.#chat(chat)}
      ${this.#parts()}
      <div class="answers">
        ${this.#answer("answer", "Answer", "Empty: the most probable next token")}
        ${this.#answer("againstText", "Held against", "Another answer")}
      </div>
      ${this.#labels()}${this.#token()}${this.#perToken()}</div>`;
  }

  /** What was typed as a plain prompt becomes the first message. */
  #asMessages(): readonly ChatMessage[] {
    const { text } = this.fields;
    return text === undefined ? FIRST_MESSAGES : [{ role: "user", content: text }];
  }

  #plain(): TemplateResult {
    const input = (event: Event) => this.actions.set({ text: (event.target as HTMLTextAreaElement).value });
    return html`<div class="field"><label for="text">Prompt to explain, as the model reads it <span class="more">(Ctrl+Enter explains it)</span></label>
      <textarea id="text" dir="auto" spellcheck="false" .value=${live(this.fields.text ?? "")} @input=${input}></textarea></div>`;
  }

  #chat(chat: readonly ChatMessage[]): TemplateResult {
    const change = (messages: readonly ChatMessage[]) => this.actions.set({ chat: written(messages) });
    const replace = (at: number, message: Partial<ChatMessage>) =>
      change(chat.map((one, i) => (i === at ? { ...one, ...message } : one)));
    const rows = chat.map(({ role, content }, i) => {
      const roles = ROLES.includes(role) ? ROLES : [...ROLES, role];
      return html`<li class="message">
        <label class="field"><span class="sr">Role of message ${i + 1}</span><select name=${`role-${i}`} @change=${(event: Event) => replace(i, { role: (event.target as HTMLSelectElement).value })}>${roles.map(
          (each) => html`<option value=${each} ?selected=${each === role}>${each}</option>`,
        )}</select></label>
        <label class="field"><span class="sr">Message ${i + 1}</span><textarea name=${`message-${i}`} rows="2" dir="auto" spellcheck="false" .value=${live(content)} @input=${(event: Event) => replace(i, { content: (event.target as HTMLTextAreaElement).value })}></textarea></label>
        <button type="button" class="button small" aria-label=${`Remove message ${i + 1}`} ?disabled=${chat.length === 1} @click=${() => change(chat.filter((_, at) => at !== i))}>Remove</button></li>`;
    });
    const next = chat.at(-1)?.role === "user" ? "assistant" : "user";
    return html`<div><p class="more">Messages, which the chat template of the model makes a prompt of <span>(Ctrl+Enter explains them)</span></p><ol class="messages" aria-label="Messages">${rows}</ol>
      <button type="button" class="button small" @click=${() => change([...chat, { role: next, content: "" }])}>Add a message</button></div>`;
  }

  #parts(): TemplateResult {
    const parts = partsIn(this.fields);
    const change = (list: readonly NamedPart[]) => this.actions.set({ parts: written(list) });
    const list = parts.map(
      ({ name, text }, i) =>
        html`<li><label><span class="sr">Name of part ${i + 1}</span><input type="text" name=${`part-${i}`} .value=${live(name)} @input=${(event: Event) => change(parts.map((one, at) => (at === i ? { ...one, name: (event.target as HTMLInputElement).value } : one)))}></label> <span class="excerpt"><bdi>${visible(text.slice(0, SHOWN))}</bdi></span> <button type="button" class="button small" aria-label=${`Remove ${name}`} @click=${() => change(parts.filter((_, at) => at !== i))}>Remove</button></li>`,
    );
    return html`<div class="parts-of-prompt">${parts.length === 0 ? nothing : html`<ul class="part-list" aria-label="Parts of the prompt">${list}</ul>`}
      <button type="button" class="button small" @click=${() => this.#markPart(parts, change)}>Make a part of what is selected</button> <span class="more" role="status">${this.hint || "Evidence is added up for each part: a document, an example."}</span></div>`;
  }

  #markPart(parts: readonly NamedPart[], change: (list: readonly NamedPart[]) => void): void {
    const fields = [...this.querySelectorAll("textarea")];
    const field = fields.find(({ selectionStart, selectionEnd }) => selectionEnd > selectionStart);
    const text = field?.value.slice(field.selectionStart, field.selectionEnd) ?? "";
    this.hint =
      text.trim() === "" ? "Select a piece of the prompt first, by mouse or with Shift and the arrow keys." : "";
    if (text.trim() !== "") change([...parts, { name: `part ${parts.length + 1}`, text }]);
  }

  #answer(name: "answer" | "againstText", title: string, placeholder: string): TemplateResult {
    const change = (event: Event) => {
      const value = (event.target as HTMLInputElement).value;
      // A token that was asked for is no answer.
      this.actions.set({ [name]: value, ...(name === "answer" && value !== "" ? { target: undefined } : {}) });
    };
    return html`<label class="field"><span>${title} <span class="more">(as it follows the prompt, its space included)</span></span><input type="text" name=${name} autocomplete="off" spellcheck="false" placeholder=${placeholder} .value=${live(this.fields[name] ?? "")} @input=${change}></label>`;
  }

  /** Labels and the words that stand for them, in the place of an answer. */
  #labels(): TemplateResult | typeof nothing {
    const { answer, againstText, verbaliser = "" } = this.fields;
    if (answer !== undefined || againstText !== undefined) return nothing;
    const input = (event: Event) =>
      this.actions.set({ verbaliser: (event.target as HTMLTextAreaElement).value, target: undefined });
    return html`<details class="labels" ?open=${live(verbaliser !== "")}><summary>Labels instead of an answer</summary>
      <label class="field"><span class="sr">Labels, a line each: label: word, word</span><textarea name="verbaliser" rows="3" dir="auto" spellcheck="false" placeholder=${"positive: good, great\nnegative: bad, dull"} .value=${live(verbaliser)} @input=${input}></textarea></label>
      <p class="more">A label a line, with the words that stand for it. Each word follows the prompt after a space; one in quotation marks as it is: yes: "Yes"</p></details>`;
  }

  /** The token, or the label, that was chosen among the predictions. */
  #token(): TemplateResult | typeof nothing {
    const { target, answer, verbaliser } = this.fields;
    if (target === undefined || answer !== undefined) return nothing;
    return html`<p class="more">Explained is the ${verbaliser === undefined ? "token" : "label"} <b>${visible(target)}</b>. <button type="button" class="button small" @click=${() => this.actions.set({ target: undefined })}>Explain the most probable one</button></p>`;
  }

  #perToken(): TemplateResult | typeof nothing {
    const { answer, againstText, perToken } = this.fields;
    if (answer === undefined || againstText !== undefined) return nothing;
    const toggle = (event: Event) =>
      this.actions.set({ perToken: (event.target as HTMLInputElement).checked ? "true" : undefined });
    return html`<label class="check"><input type="checkbox" name="per-token" .checked=${live(perToken === "true")} @change=${toggle}> Also each token of the answer by itself (as much work again for each)</label>`;
  }

  readonly #keys = (event: KeyboardEvent): void => {
    if (event.key !== "Enter" || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    this.actions.explain();
  };
}

customElements.define("calig-prompt", CaligPrompt);
