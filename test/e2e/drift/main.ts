import { foot, good, head, printRows } from "./print";
import { runTable } from "./run";

// make drift-table: on the cluster that is up. Arguments: names of batches; default: all.
const only = process.argv.slice(2);
console.log(head);
void runTable(only.length > 0 ? only : undefined, (results) => console.log(printRows(results))).then((table) => {
  console.log(foot(table));
  process.exitCode = table.results.every(good) ? 0 : 1;
});
