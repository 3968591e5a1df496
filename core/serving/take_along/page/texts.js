// Texts as core/preprocessing reads them. The sets of characters come from Python, so that both know the same Unicode.
const sets = kept.characters || {};

function tokenExpression() {
  const { letter, word, spaceless, mark, regional, pictograph, modifier, skipped } = sets;
  const symbol = `[${pictograph}][${mark}${modifier}]*`;
  const emoji = `[${regional}]{2}|[0-9#*]\\uFE0F?\\u20E3|${symbol}(?:\\u200D${symbol})*`;
  const all = (name, signs) => `(?=(?<${name}>${signs}))\\k<${name}>`; // gives nothing back, as `++` in Python
  const mouths = "[()\\[\\]|*]+";
  const emoticon = [
    `[:;=][-o^']?${all("mouth", mouths)}(?![${word}])`, `[:;=](?<![${word}][^\\n])[-o^']?[DdPpOo3](?![${word}])`,
    `:[-']?/(?![/${word}])`, `<${all("heart", "3+")}(?![${word}])`, "\\^_+\\^", "-_+-",
  ].join("|");
  const words = `[${letter}]+(?:'[${letter}]+)*(?:${all("sign", "[+#]+")}(?![${word}]))?`;
  return new RegExp(`${words}|[${spaceless}][${mark}]*|${emoticon}|${emoji}|[^${skipped}]`, "gu");
}
const tokenPattern = sets.letter ? tokenExpression() : null;

function tokensOf(text) {
  return text.replace(/[\u2019\u02BC]/g, "'").normalize("NFC").match(tokenPattern) || [];
}

function firstReading(text) {
  const pattern = new RegExp(`[${sets.plain}]+(?:'[${sets.plain}]+)*|[^${sets.plain}${sets.space}]`, "gu");
  return text.toLowerCase().replace(/\u2019/g, "'").match(pattern) || [];
}

const cutAtBothEnds = (list, length) =>
  list.length <= length ? list : [...list.slice(0, Math.ceil(length / 2)), ...list.slice(list.length - Math.floor(length / 2))];

let known = null;
function idsOf(list, first) {
  known ??= new Map(list.map((word, place) => [word, place + first]));
  return known;
}

function padded(ids, length) {
  const values = kept.dtype === "int64" ? new BigInt64Array(length) : new Int32Array(length);
  ids.forEach((id, place) => { values[place] = kept.dtype === "int64" ? BigInt(id) : id; });
  return { values };
}

function readWords({ text }, state) {
  const ids = idsOf(state.words, 2);
  if ((state.reading ?? 1) === 1)
    return padded(firstReading(text).slice(0, state.length).map((word) => ids.get(word) ?? 1), state.length);
  const tokens = cutAtBothEnds(tokensOf(text), state.length);
  return padded(tokens.map((token) => ids.get(token) ?? ids.get(token.toLowerCase()) ?? 1), state.length);
}

function readWordNgrams({ text }, state) {
  const ids = idsOf(state.ngrams, 1), words = tokensOf(text).map((token) => token.toLowerCase()).slice(0, state.length);
  const found = new Set();
  for (let count = 1; count <= state.longest; count++)
    for (let start = 0; start + count <= words.length; start++) {
      const id = ids.get(words.slice(start, start + count).join(" "));
      if (id) found.add(id);
    }
  return padded([...found].sort((one, other) => one - other).slice(0, state.width), state.width);
}

function readNgrams({ text }, state) {
  const ids = idsOf(state.ngrams, 1), found = new Set();
  for (const ngram of ngramsOf(text, state)) { const id = ids.get(ngram); if (id) found.add(id); }
  return padded(cutAtBothEnds([...found], state.length), state.length);
}

function ngramsOf(text, state) {
  if (state.reads === "characters") {
    const line = [...(state.cased.length ? text : text.toLowerCase()).split(new RegExp(`[${sets.space}]+`, "u")).filter(Boolean).join(" ")];
    return windows(line, 1, 3);
  }
  const cased = new Set(state.cased);
  const words = tokensOf(text).map((word) => (cased.has(word.toLowerCase()) ? word : word.toLowerCase()));
  const found = [...words, ...words.slice(1).map((word, place) => `${words[place]} ${word}`)];
  if (state.reads === "words and parts")
    for (const word of words) for (const part of windows([...` ${word} `], 2, 5)) found.push(`\u0001${part}`);
  return found;
}

function windows(signs, least, most) {
  const found = [];
  for (let size = least; size <= most; size++)
    for (let start = 0; start + size <= signs.length; start++) found.push(signs.slice(start, start + size).join(""));
  return found;
}
