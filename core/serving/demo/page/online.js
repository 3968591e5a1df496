// The answer comes from the server of this page, and from nowhere else.
const model = {
  async answer(input) {
    const address = `${location.pathname.replace(/\/$/, "")}/answer`;
    const asked = input.image
      ? { body: input.image, headers: { "Content-Type": "application/octet-stream" } }
      : { body: JSON.stringify(input), headers: { "Content-Type": "application/json" } };
    return say(await fetch(address, { method: "POST", credentials: "omit", ...asked }));
  },
  async reply(said) {
    const address = `${location.pathname.replace(/\/$/, "")}/reply`;
    const headers = { "Content-Type": "application/json" };
    return say(await fetch(address, { method: "POST", credentials: "omit", headers, body: JSON.stringify(said) }));
  },
};

async function say(response) {
  const found = await response.json().catch(() => ({}));
  if (!response.ok) throw new Error(found.error || "The page gave no answer. Try again in a moment.");
  return found;
}
