// Reads each query of extracts' texts with Microsoft's Kusto language service, against the documented columns of the tables, and
// prints what it objects to and the columns of each result set. A service that finds nothing has still run nothing.
//
//   node check.js TEXT...

const fs = require("fs");
const path = require("path");
const vm = require("vm");

// The service is written for browsers: its scripts share one global scope.
const service = path.join(__dirname, "node_modules", "@kusto", "language-service-next");
for (const name of ["bridge.js", "Kusto.Language.Bridge.js"]) {
  vm.runInThisContext(fs.readFileSync(path.join(service, name), "utf8"), { filename: name });
}

const { Symbols, GlobalState, KustoCode } = Kusto.Language;
const tables = Object.entries(JSON.parse(fs.readFileSync(path.join(__dirname, "tables.json"), "utf8")).tables).map(
  ([name, columns]) => new Symbols.TableSymbol.$ctor7(name, `(${columns})`),
);
const workspace = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("workspace", tables));

for (const file of process.argv.slice(2)) {
  // A line of slashes and a name begins each query.
  const parts = fs.readFileSync(file, "utf8").split(/^\/{20,} (\w+)\n/m);
  for (let i = 1; i < parts.length; i += 2) {
    const [set, text] = [`${path.basename(file)} ${parts[i]}`, parts[i + 1]];
    const code = KustoCode.ParseAndAnalyze(text, workspace);
    const objections = code.GetDiagnostics();
    for (let k = 0; k < objections.Count; k++) {
      const found = objections.getItem(k);
      console.log(`${set}, line ${text.slice(0, found.Start).split("\n").length}: ${found.Severity}: ${found.Message}`);
    }
    const columns = [];
    for (let k = 0; k < (code.ResultType?.Columns?.Count ?? 0); k++) {
      columns.push(code.ResultType.Columns.getItem(k).Name);
    }
    console.log(`${set}: ${columns.join(" ")}`);
  }
}
