import { chosen, rows } from "./row";
import { good, printed, runTable } from "./run";

// make doctor-table: on the cluster that is up. ROWS chooses rows; default: all that need nothing beside the stack dev.
runTable(rows, chosen(process.env.ROWS ?? "", rows), (text) => console.log(text))
  .then((results) => {
    console.log(["", ...results.map(printed), `${results.filter(good).length} of ${results.length}`].join("\n"));
    process.exitCode = results.every(good) ? 0 : 1;
  })
  .catch((e: Error) => {
    console.error(e.message);
    process.exitCode = 2;
  });
