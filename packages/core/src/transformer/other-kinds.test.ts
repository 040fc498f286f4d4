import { expect, it } from "vitest";
import { otherKind } from "../checkpoint/other-kinds.ts";
import { FAMILIES } from "./families.ts";
import { familyOf } from "./family-of.ts";

it.each([
  ["qwen2_moe", /mixture of experts/],
  ["mixtral", /mixture of experts/],
  ["falcon_mamba", /recurrent/],
  ["jamba", /recurrent layers beside attention/],
  ["t5", /encoder-decoder/],
  ["qwen2_5_vl", /pictures and texts/],
])("%s is refused by what it is, and by what works", async (type, kind) => {
  await expect(familyOf(type, new Map())).rejects.toThrow(kind);
  await expect(familyOf(type, new Map())).rejects.toThrow(
    /calig builds encoders, and decoders .*; give a model of these/,
  );
});

// One of every kind that transformers 4.57 has, and what is said of all of it.
it.each([
  [
    "whisper wav2vec2 hubert audio-spectrogram-transformer clap bark voxtral",
    /a model of sound; calig explains texts and/,
  ],
  ["vivit videomae timesformer", /a model of videos; calig explains single pictures/],
  ["altclip chinese_clip align groupvit flava metaclip_2", /by two towers, other than CLIP and SigLIP; .*CLIPModel/],
  ["clip_vision_model clip_text_model siglip_vision_model", /one of the two towers .*; give a checkpoint of the whole/],
  ["siglip2", /NaFlex.*for pictures of one size/],
  ["detr yolos rt_detr owlvit grounding-dino table-transformer", /a detector, which gives boxes/],
  ["segformer mask2former oneformer sam clipseg upernet", /segmentation, which gives a mask/],
  ["dpt depth_anything zoedepth glpn", /a model of depth/],
  ["superpoint vitpose lightglue", /key points/],
  ["swin swinv2 pvt pvt_v2 mobilevit hiera levit cvt", /a hierarchical vision Transformer .*ViT, DeiT, BEiT/],
  ["convnext resnet efficientnet mobilenet_v2 regnet", /a convolutional network without attention; .*give a vision/],
  ["informer patchtst time_series_transformer timesfm", /series of numbers/],
  ["layoutlm layoutlmv3 bros udop nougat tapas", /documents, which reads where words stand/],
  ["bart mbart marian pegasus longt5 trocr", /an encoder-decoder/],
  ["blip blip-2 llava qwen2_vl git vilt kosmos-2 fuyu idefics3 smolvlm gemma3", /pictures and texts together/],
  ["mamba mamba2 rwkv falcon_mamba", /a recurrent \(state-space\) model without attention/],
  ["fnet funnel reformer perceiver", /without usual attention/],
  ["roformer longformer esm xlnet mobilebert deberta", /an encoder of texts; .*export it to ONNX/],
  ["dinov3_vit vit_msn ijepa data2vec-vision", /a vision Transformer; .*export it to ONNX/],
  ["olmo3 exaone4 codegen seed_oss xglm", /a decoder; .*export it to ONNX/],
])("%s: what kind each is, in one line", async (types, kind) => {
  for (const type of types.split(" ")) {
    const refused = familyOf(type, new Map()).catch((error: Error) => error.message);
    await expect(refused).resolves.toMatch(kind);
    expect(String(await refused).length).toBeLessThan(400);
  }
});

it("no family that calig builds is one of these", () => {
  for (const { modelTypes } of FAMILIES) expect(modelTypes.filter(otherKind)).toEqual([]);
});
