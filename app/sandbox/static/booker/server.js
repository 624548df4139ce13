// Talks with the simulation. A refusal comes as an error with the words that the visitor should read.

/** What the server answers to a question. */
export function get(path) {
  return ask(path, { headers: { Accept: "application/json" } });
}

/** What the server answers to a change. */
export function post(path, body) {
  return ask(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
}

async function ask(path, how) {
  let answer;
  let body = {};
  try {
    answer = await fetch(path, how);
    body = await answer.json();
  } catch {
    throw Object.assign(new Error("unreachable"), { words: "The calendar cannot be reached. Check your connection and try again." });
  }
  if (!answer.ok) throw Object.assign(new Error(body.error || "refused"), { code: body.error, words: body.words || "This did not work. Please try again." });
  return body;
}
