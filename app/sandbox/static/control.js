// Keeps the list of deliveries fresh without moving anything that the reader points at.
const live = document.getElementById("live");

async function refresh() {
  if (document.hidden || live.matches(":hover") || live.contains(document.activeElement)) return;
  const answer = await fetch(location.pathname, { headers: { Accept: "text/html" } }).catch(() => null);
  if (!answer?.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById("live");
  if (fresh && fresh.innerHTML !== live.innerHTML) live.replaceChildren(...fresh.childNodes);
}

if (live) setInterval(refresh, 3000);
