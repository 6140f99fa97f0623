"use strict";
// Conveniences only: the page is complete without this script.
(() => {
  const make = (name, properties) => Object.assign(document.createElement(name), properties);

  // The unit that is sorted and filtered: a row, or in the ledger a row and its reasons.
  const units = table => table.tBodies.length > 1 ? [...table.tBodies] : [...(table.tBodies[0] || { rows: [] }).rows];
  const cell = (unit, column) => ((unit.rows ? unit.rows[0] : unit).cells[column] || { textContent: "" }).textContent.trim();

  const severities = ["Critical", "High", "Medium", "Low", "Info"];

  // A long table shows its first rows, and more of them on demand: a browser lays out a table only as a whole. In print
  // all rows are there.
  const step = 300;
  const bounded = new Map();
  for (const table of document.querySelectorAll("table.sort")) {
    if (units(table).length <= step) continue;
    let limit = step;
    const more = make("button", { type: "button" });
    const tools = make("div", { className: "tools" });
    tools.append(more);
    const bound = () => {
      let n = 0;
      for (const unit of units(table)) if (!unit.hidden) unit.classList.toggle("later", n++ >= limit);
      tools.hidden = n <= limit;
      more.textContent = `Show ${Math.min(step, n - limit)} more of ${n - limit} further rows`;
    };
    more.addEventListener("click", () => { limit += step; bound(); });
    table.parentElement.after(tools);
    bounded.set(table, bound);
    bound();
  }
  const boundAgain = within => { for (const [table, bound] of bounded) if (within.contains(table)) bound(); };

  for (const table of document.querySelectorAll("table.sort")) {
    [...table.tHead.rows[0].cells].forEach((head, column) => {
      const button = make("button", { type: "button", textContent: head.textContent });
      const numeric = head.classList.contains("num");
      const severity = head.textContent === "Severity";
      button.addEventListener("click", () => {
        const direction = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", direction === 1 ? "ascending" : "descending");
        const keyed = units(table).map(unit => {
          const text = cell(unit, column);
          if (severity) return [severities.findIndex(s => text.startsWith(s)), unit];
          return [numeric ? parseFloat(text.replace(/,/g, "")) || 0 : text.toLowerCase(), unit];
        });
        keyed.sort(([a], [b]) => direction * (a < b ? -1 : a > b ? 1 : 0));
        const parent = table.tBodies.length > 1 ? table : table.tBodies[0];
        parent.append(...keyed.map(([, unit]) => unit));
        boundAgain(table);
      });
      head.replaceChildren(button);
    });
  }

  const filterBox = (place, label, all) => {
    const input = make("input", { type: "search" });
    const status = make("span", { className: "muted" });
    status.setAttribute("role", "status");
    const caption = make("label");
    caption.append(label + " ", input);
    const tools = make("div", { className: "tools" });
    tools.append(caption, status);
    let texts;
    let waiting;
    input.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(() => {
        const items = all();
        texts ||= new Map(items.map(item => [item, item.textContent.toLowerCase()]));
        const words = input.value.toLowerCase().split(/\s+/).filter(Boolean);
        let shown = 0;
        for (const item of items) {
          const match = words.every(word => texts.get(item).includes(word));
          item.hidden = !match;
          if (match) shown++;
        }
        status.textContent = words.length ? `${shown} of ${items.length} shown` : "";
        place.dispatchEvent(new Event("filtered"));
      }, 150);
    });
    return tools;
  };

  for (const table of document.querySelectorAll("table.filter")) {
    if (units(table).length < 6) continue;
    const region = table.parentElement;
    region.before(filterBox(region, "Filter this table", () => units(table)));
    region.addEventListener("filtered", () => boundAgain(table));
  }

  const place = document.getElementById("finding-tools");
  const groups = [...document.querySelectorAll("details.rule")];
  if (place && groups.length) {
    const findings = [...document.querySelectorAll("details.finding, details.rule tbody > tr")];
    const tools = filterBox(place, "Filter findings", () => findings);
    place.addEventListener("filtered", () => {
      for (const group of groups) boundAgain(group);
      for (const group of groups) group.hidden = ![...group.querySelectorAll("details.finding, tbody > tr")].some(item => !item.hidden);
    });
    for (const [label, open] of [["Open all rules", true], ["Close all rules", false]]) {
      const button = make("button", { type: "button", textContent: label });
      button.addEventListener("click", () => { for (const group of groups) group.open = open; });
      tools.append(button);
    }
    place.append(tools);
  }

  // A link to something folded unfolds it.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    for (let at = target; at; at = at.parentElement) {
      at.classList.remove("later");
      if (at.tagName === "DETAILS") at.open = true;
    }
    target.scrollIntoView();
  };
  addEventListener("hashchange", reveal);
  reveal();

  // Browsers that cannot print folded text by style alone.
  let folded = [];
  addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll("details.print:not([open])")];
    for (const details of folded) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of folded) details.open = false; });
})();
