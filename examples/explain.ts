/** @file The shortest program: explain one sentence and print what supports and opposes the prediction. Run: npx tsx examples/explain.ts */

import { explain, loadModel } from "calig/node";

await using model = await loadModel("sst2");
const explanation = await explain(model, "A gripping, beautifully shot film that forgets to end.");

const { target, supporting, opposing, blocks } = explanation;
// A regression has no probability: its score is the number itself.
const said = target.probability === null ? target.score.toFixed(3) : `${(100 * target.probability).toFixed(1)} %`;
console.log(`${target.label} (${said})`);
for (const word of supporting.slice(0, 3)) console.log(`  + ${word.text} ${word.attribution.toFixed(2)}`);
for (const word of opposing.slice(0, 3)) console.log(`  - ${word.text} ${word.attribution.toFixed(2)}`);
const worst = Math.max(...blocks.map((block) => block.completeness.relativeError));
console.log(`completeness error at most ${(100 * worst).toFixed(2)} % in ${blocks.length} blocks`);
