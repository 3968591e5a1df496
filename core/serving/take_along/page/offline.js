// The model runs in this page: nothing is asked of anybody.
const kept = JSON.parse(document.getElementById("kept-model").textContent);
const readers_of = { images: readImage, words: readWords, ngrams: readNgrams, "word-ngrams": readWordNgrams, columns: readColumns };

async function unpacked(id) {
  const coded = atob(document.getElementById(id).textContent.trim());
  const bytes = Uint8Array.from(coded, (sign) => sign.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).arrayBuffer();
}

async function started() {
  const script = new Blob([await unpacked("onnxruntime")], { type: "text/javascript" });
  const ort = await import(URL.createObjectURL(script));
  Object.assign(ort.env.wasm, { numThreads: 1, proxy: false, wasmBinary: await unpacked("onnxruntime-wasm") });
  const session = await ort.InferenceSession.create(new Uint8Array(await unpacked("onnx-model")), { executionProviders: ["wasm"] });
  return { ort, session };
}
const ready = started();
ready.catch(() => {}); // who asks is told

const model = {
  async answer(input) {
    const { values, remarks = [] } = await readers_of[kept.preprocessor](input, kept.state);
    const { ort, session } = await ready.catch((error) => {
      throw new Error(`This browser cannot run the model (${error.message}). Open the page in a current Chrome, Edge, Firefox or Safari.`);
    });
    const tensor = new ort.Tensor(kept.dtype, values, kept.shape);
    const found = (await session.run({ input: tensor })).output.data;
    if (!kept.labels.length) return { value: found[0], remarks: [...remarks, ...atTheEnd(found[0])] };
    const scores = softmax(found).map((share, place) => [kept.labels[place], share]);
    scores.sort((one, other) => other[1] - one[1]);
    const unsure = kept.unsure && scores[0][1] < kept.unsure.below ? [kept.unsure.said] : [];
    return { scores, remarks: [...unsure, ...remarks] };
  },
};
globalThis.demoModel = model; // for whoever compares its answers with a server's

function softmax(logits) {
  const most = Math.max(...logits);
  const powers = [...logits].map((value) => Math.exp(value - most));
  const total = powers.reduce((sum, value) => sum + value, 0);
  return powers.map((value) => value / total);
}

function atTheEnd(value) {
  const inside = (kept.low === null || value > kept.low) && (kept.high === null || value < kept.high);
  return inside ? [] : [`The answer would lie far outside of the numbers it was trained on, so it stops at ${Number(value.toPrecision(6))}.`];
}
