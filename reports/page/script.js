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

  const status = () => { const span = make("span", { className: "muted" }); span.setAttribute("role", "status"); return span; };
  const labelled = (label, control) => { const caption = make("label"); caption.append(label + " ", control); return caption; };
  const button = (text, act) => { const made = make("button", { type: "button", textContent: text }); made.addEventListener("click", act); return made; };
  const later = act => { let waiting; return () => { clearTimeout(waiting); waiting = setTimeout(act, 150); }; };
  const wordsOf = text => text.toLowerCase().split(/\s+/).filter(Boolean);

  const copy = text => {
    const area = make("textarea", { value: text });
    const fallback = () => { document.body.append(area); area.select(); document.execCommand("copy"); area.remove(); };
    if (navigator.clipboard) navigator.clipboard.writeText(text).catch(fallback); else fallback();
  };
  const line = cells => cells.map(text => text.replace(/\s+/g, " ").trim()).join("\t");

  // Tables that the search below does not look through have a filter of their own.
  for (const table of document.querySelectorAll("table.filter")) {
    if (table.closest("[data-search]") || units(table).length < 6) continue;
    const region = table.parentElement;
    const input = make("input", { type: "search" });
    const told = status();
    const tools = make("div", { className: "tools" });
    tools.append(labelled("Filter this table", input), told);
    let texts;
    input.addEventListener("input", later(() => {
      const rows = units(table);
      texts ||= new Map(rows.map(row => [row, row.textContent.toLowerCase()]));
      const words = wordsOf(input.value);
      let shown = 0;
      for (const row of rows) {
        row.hidden = !words.every(word => texts.get(row).includes(word));
        if (!row.hidden) shown++;
      }
      told.textContent = words.length ? `${shown} of ${rows.length} shown` : "";
      boundAgain(table);
    }));
    region.before(tools);
  }

  // One search over findings, people, chronology, passes and log-ins. It says what it cannot look through.
  const parts = [...document.querySelectorAll("[data-search]")].map(section => {
    const table = section.id === "findings" || section.id === "people" ? null : section.querySelector("table.filter");
    const all = section.id === "findings" ? [...section.querySelectorAll("details.finding, details.rule tbody > tr")]
      : section.id === "people" ? [...section.querySelectorAll("details.person")] : table ? units(table) : [];
    const items = all.map(element => {
      const rule = element.closest("details.rule");
      return { element, rule, tenant: element.dataset.tenant, status: element.dataset.status || "open", severity: rule && rule.dataset.severity, day: element.dataset.day };
    });
    const told = status();
    const tools = make("div", { className: "tools" });
    const row = ({ element, rule }) => {
      if (!rule && element.tagName === "DETAILS") return [element.querySelector("summary").textContent];
      if (!rule) return [...(element.rows ? element.rows[0] : element).cells].map(at => at.textContent);
      const known = element.tagName === "DETAILS" ? [...element.querySelector("summary").children].filter(at => !at.classList.contains("tag")) : [...element.cells];
      return [rule.dataset.severity, rule.dataset.rule.split(" ")[0], element.id.slice(2), ...known.map(at => at.textContent)];
    };
    if (items.length) {
      const copying = button("Copy the shown rows", () => {
        const head = table ? [line([...table.tHead.rows[0].cells].map(at => at.textContent))] : [];
        copy([...head, ...items.filter(item => !item.element.hidden).map(item => line(row(item)))].join("\n") + "\n");
      });
      copying.className = "copy";
      tools.append(told, copying);
      section.querySelector("h2").after(tools);
    }
    return { section, table, items, told, tools };
  });

  const place = document.getElementById("search-tools");
  let clear = () => {};
  if (place && parts.some(part => part.items.length)) {
    const findings = parts.find(part => part.section.id === "findings");
    const groups = [...document.querySelectorAll("details.rule")];
    const input = make("input", { type: "search" });
    const choose = (label, values) => {
      const select = make("select");
      select.append(make("option", { value: "", textContent: "all" }), ...values.map(([value, text]) => make("option", { value, textContent: text })));
      return [select, labelled(label, select)];
    };
    const tenants = [...new Set(parts.flatMap(part => part.items.map(item => item.tenant)).filter(Boolean))].sort();
    const names = document.getElementById("tenant-names");
    const named = id => { const found = names && [...names.children].find(at => at.dataset.id === id); return found ? found.textContent : id.slice(0, 8); };
    const [severity, severityLabel] = choose("Severity", severities.map(s => [s.toLowerCase(), s]));
    const [tenant, tenantLabel] = choose("Tenant", tenants.map(id => [id, named(id)]));
    const [state, stateLabel] = choose("Status", [["open", "open"], ["excepted", "excepted"]]);
    const from = make("input", { type: "date" }), to = make("input", { type: "date" });
    const told = status();
    const clearing = button("Show everything again", () => clear());
    clearing.hidden = true;
    let texts;
    const apply = () => {
      texts ||= new Map(parts.flatMap(part => part.items).map(item => [item, ((item.rule ? item.rule.dataset.rule + " " : "") + item.element.textContent).toLowerCase()]));
      const words = wordsOf(input.value);
      const narrowed = words.length || severity.value || tenant.value || state.value || from.value || to.value;
      const sums = [];
      for (const part of parts) {
        let shown = 0;
        const dated = part.section.id === "chronology";
        for (const item of part.items) {
          item.element.hidden = !(words.every(word => texts.get(item).includes(word)) && (!tenant.value || item.tenant === tenant.value) &&
            (part !== findings || (!severity.value || item.severity === severity.value) && (!state.value || item.status === state.value)) &&
            (!dated || (!from.value || item.day >= from.value) && (!to.value || item.day <= to.value)));
          if (!item.element.hidden) shown++;
        }
        const more = Number(part.section.dataset.more) > 0 ? `; ${part.section.dataset.more} more in ${part.section.dataset.file} were not searched` : "";
        part.told.textContent = narrowed ? `${shown} of ${part.items.length} here${more}` : "";
        if (part.items.length) sums.push(`${shown} of ${part.items.length} ${part.section.dataset.search}${more}`);
        if (part.table) boundAgain(part.section);
      }
      for (const group of groups) {
        const items = findings.items.filter(item => item.rule === group);
        const shown = items.filter(item => !item.element.hidden).length;
        group.hidden = items.length > 0 && !shown;
        const tag = group.querySelector("summary .tag");
        tag.dataset.all ||= tag.textContent;
        tag.textContent = narrowed && shown < items.length ? `${shown} of ${items.length} shown` : tag.dataset.all;
        boundAgain(group);
      }
      for (const head of document.querySelectorAll("section.severity")) head.hidden = ![...head.querySelectorAll("details.rule")].some(group => !group.hidden);
      told.textContent = narrowed ? sums.join("; ") : "";
      clearing.hidden = !narrowed;
    };
    clear = () => {
      for (const control of [input, severity, tenant, state, from, to]) control.value = "";
      apply();
    };
    input.addEventListener("input", later(apply));
    for (const control of [severity, tenant, state, from, to]) control.addEventListener("change", apply);
    const tools = make("div", { className: "tools" });
    tools.append(labelled("Search this report", input), severityLabel, ...(tenants.length > 1 ? [tenantLabel] : []), stateLabel, clearing, told);
    place.append(tools);
    const dates = document.getElementById("chronology-tools");
    if (dates) {
      dates.className = "tools";
      dates.append(labelled("From", from), labelled("to", to));
    }
    findings.tools.append(button("Open all rules", () => { for (const group of groups) group.open = true; }),
      button("Close all rules", () => { for (const group of groups) group.open = false; }));
  }

  // A link to something folded unfolds it.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.closest("[hidden]")) clear();
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
