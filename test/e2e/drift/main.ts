import { good, print } from "./print";
import { runTable } from "./run";

// make drift-table: on the cluster that is up. Arguments: names of batches; default: all.
const only = process.argv.slice(2);
void runTable(only.length > 0 ? only : undefined).then((table) => {
  console.log(print(table));
  process.exitCode = table.results.every(good) ? 0 : 1;
});
