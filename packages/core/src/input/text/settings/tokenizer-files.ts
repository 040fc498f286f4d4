/** @file What a Hugging Face folder says of its tokenizer: contents of files, wherever they are. */

/** A vocabulary in the files of transformers' Python tokenizers, which came before tokenizer.json. */
export type VocabularyFiles =
  /** vocab.txt, a token in each line. */
  | { readonly kind: "lines"; readonly vocabulary: string }
  /** vocab.json and merges.txt. */
  | { readonly kind: "merges"; readonly vocabulary: string; readonly merges: string };

/** What config.json says of the tokenizer. */
export interface TokenizerModel {
  /** `model_type`. */
  readonly type: string;
  /** `tokenizer_class`. */
  readonly tokenizerClass?: string | undefined;
  /** `transformers_version`: the version that wrote the file. */
  readonly madeWith?: string | undefined;
}

/** Contents of the files; objects are parsed JSON. */
export interface TokenizerFiles {
  /** Text of tokenizer.json. */
  readonly tokenizerJson?: string | undefined;
  /** Read where there is no tokenizer.json. */
  readonly vocabulary?: VocabularyFiles | undefined;
  /** tokenizer_config.json, special_tokens_map.json, added_tokens.json. */
  readonly tokenizerConfig?: object | undefined;
  readonly specialTokensMap?: object | undefined;
  readonly addedTokens?: object | undefined;
  /** Text of chat_template.jinja. */
  readonly chatTemplate?: string | undefined;
  readonly model?: TokenizerModel | undefined;
  /** Most tokens that the model has positions for, special ones included. */
  readonly modelMaxLength: number;
  /** Rows of the model's table of word vectors. */
  readonly embeddingRows?: number | undefined;
}
