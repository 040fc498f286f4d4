/** @file Files of models in formats that calig does not read: what they are, and the way to one that it reads. Opens no files. */

/** One kind of file. */
interface Format {
  readonly name: RegExp;
  /** "weights pickled by PyTorch". */
  readonly what: string;
  readonly remedy: string;
}

/** Reads no code from the file: `weights_only` admits tensors alone. */
const convertPickle = (file: string): string =>
  `convert them in their folder, without running what is in them: python -c "import torch, safetensors.torch as s; s.save_file({k: v.clone().contiguous() for k, v in torch.load('${file}', map_location='cpu', weights_only=True).items()}, 'model.safetensors', {'format': 'pt'})"`;

const resave = (option: string): string =>
  `convert them in their folder: python -c "from transformers import AutoModelForSequenceClassification as M; M.from_pretrained('.'${option}).save_pretrained('.')"`;

const EXPORT =
  "get the checkpoint that it was made from, or an ONNX export of it (optimum-cli export onnx --model NAME FOLDER)";

/** Of several that are there, the first is told: what is easiest to get out of comes first. */
const FORMATS: readonly Format[] = [
  { name: /^pytorch_model\.bin$/, what: "weights pickled by PyTorch", remedy: convertPickle("pytorch_model.bin") },
  {
    name: /^pytorch_model.*\.bin(\.index\.json)?$/,
    what: "weights pickled by PyTorch in several files",
    remedy: resave(""),
  },
  {
    name: /^tf_model\.h5$/,
    what: "weights of TensorFlow",
    remedy: `${resave(", from_tf=True")} (transformers 4 and tensorflow)`,
  },
  {
    name: /^flax_model.*\.msgpack$/,
    what: "weights of Flax",
    remedy: `${resave(", from_flax=True")} (transformers 4 and flax)`,
  },
  { name: /\.onnx[._]data$/, what: "the weights of an ONNX file", remedy: "give the .onnx file that they belong to" },
  {
    name: /\.(pt|pth|ckpt)$/,
    what: "a file pickled by PyTorch",
    remedy:
      "if it holds the weights alone (a state_dict), load them into the model in Python and call save_pretrained; else save the model there so",
  },
  {
    name: /^consolidated.*\.(safetensors|pth)$/,
    what: "weights under the names of the original code",
    remedy: "get the same model in the layout of transformers (model.safetensors)",
  },
  { name: /\.gguf$/, what: "weights for llama.cpp (GGUF)", remedy: `give the file itself, or ${EXPORT}` },
  { name: /\.(h5|keras|hdf5)$/, what: "a model of Keras", remedy: EXPORT },
  { name: /\.(pb|tflite|lite)$/, what: "a model of TensorFlow", remedy: EXPORT },
  { name: /^group\d+-shard\d+of\d+(\.bin)?$/, what: "a model of TensorFlow.js", remedy: EXPORT },
  { name: /\.(mlmodel|mlpackage|mlmodelc)$/, what: "a model of Core ML", remedy: EXPORT },
  { name: /openvino.*\.(xml|bin)$/, what: "a model of OpenVINO", remedy: EXPORT },
  { name: /\.(engine|plan|trt)$/, what: "a program of TensorRT, compiled for one graphics card", remedy: EXPORT },
  { name: /\.ort$/, what: "a model in onnxruntime's own format", remedy: "give the .onnx file that it was made from" },
  { name: /\.(pdparams|pdmodel)$/, what: "a model of PaddlePaddle", remedy: EXPORT },
  {
    name: /\.(pkl|pickle|joblib)$/,
    what: "an object pickled by Python",
    remedy: "if it is a Transformer, load it in Python and call save_pretrained",
  },
  { name: /\.mar$/, what: "an archive of TorchServe", remedy: "unpack it and give the folder of the model" },
  {
    name: /\.(zip|tar|tgz|gz|bz2|xz|7z|rar|zst)$/,
    what: "an archive",
    remedy: "unpack it and give the folder of the model",
  },
];

/** `"pytorch_model.bin", weights pickled by PyTorch: convert them ...` for the first of these files that is known. */
export function otherFormat(names: readonly string[]): string | undefined {
  for (const { name: pattern, what, remedy } of FORMATS) {
    const found = names.find((name) => pattern.test(name.slice(name.lastIndexOf("/") + 1)));
    if (found !== undefined) return `"${found}", ${what}: ${remedy}`;
  }
  return undefined;
}

/** Whether a text may be the name of a model on a hub: "bert-base-uncased", "org/name". */
export const isHubName = (text: string): boolean => /^[\w-][\w.-]*(\/[\w-][\w.-]*)?$/.test(text);
