"use strict";
// Sorts and filters the table. Without it the page is complete: every row is in the document. Only rows that are shown stay in the tree, so that ten thousand
// of them are as quick as a hundred.
(() => {
  const Step = 200;
  const one = selector => document.querySelector(selector);
  const all = selector => [...document.querySelectorAll(selector)];
  const body = one("#findings tbody");
  const rows = [...body.rows].map((row, index) => ({ row, index, state: row.dataset.state, rank: row.dataset.rank, keys: [...row.cells].map(cell => cell.dataset.key ?? null), text: null }));
  const search = one("#search"), rank = one("#rank"), status = one("#status"), more = one("#more"), everything = one("#everything"), heads = all("#findings thead th");
  const states = all("#states button");
  let column = -1, ascending = true, matching = rows, limit = Step;

  const textOf = item => item.text ??= item.row.textContent.toLowerCase();
  const keyOf = (item, at) => item.keys[at] ?? item.row.cells[at].textContent;
  const order = new Intl.Collator("en", { numeric: true });

  function choose() {
    const words = search.value.toLowerCase().split(/\s+/).filter(word => word.length > 0);
    const wanted = new Set(states.filter(button => button.getAttribute("aria-pressed") === "true").map(button => button.dataset.state));
    matching = rows.filter(item => (wanted.size === 0 || wanted.has(item.state)) && (rank.value === "" || item.rank === rank.value) && words.every(word => textOf(item).includes(word)));
    if (column >= 0) {
      const keyed = matching.map(item => [keyOf(item, column), item]);
      keyed.sort((a, b) => (ascending ? 1 : -1) * order.compare(a[0], b[0]) || a[1].index - b[1].index);
      matching = keyed.map(pair => pair[1]);
    }
    limit = Step;
    show();
  }

  function show() {
    const shown = matching.slice(0, limit);
    body.replaceChildren(...shown.map(item => item.row));
    status.textContent = shown.length === matching.length
      ? `${matching.length} of ${rows.length} packages shown`
      : `${shown.length} of ${matching.length} matching packages shown, ${rows.length} in all`;
    more.hidden = everything.hidden = shown.length === matching.length;
  }

  function press(button, pressed) { button.setAttribute("aria-pressed", String(pressed)); }

  heads.forEach((head, at) => head.querySelector("button").addEventListener("click", () => {
    ascending = column === at ? !ascending : true;
    column = at;
    heads.forEach(other => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", ascending ? "ascending" : "descending");
    choose();
  }));
  states.forEach(button => button.addEventListener("click", () => { press(button, button.getAttribute("aria-pressed") !== "true"); choose(); }));
  one("#clear").addEventListener("click", () => { states.forEach(button => press(button, false)); search.value = ""; rank.value = ""; choose(); search.focus(); });
  let pending = 0;
  search.addEventListener("input", () => { clearTimeout(pending); pending = setTimeout(choose, 60); });
  rank.addEventListener("change", choose);
  more.addEventListener("click", () => { limit += Step; show(); });
  everything.addEventListener("click", () => { limit = matching.length; show(); });
  let before = limit;
  window.addEventListener("beforeprint", () => { before = limit; limit = matching.length; show(); });
  window.addEventListener("afterprint", () => { limit = before; show(); });
  all(".controls").forEach(element => { element.hidden = false; });
  choose();
})();
