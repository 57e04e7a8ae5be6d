// One Node's part of `npm run determinism`: prints the runs with the numbers of threads given, as JSON.
import { run } from "./scenario.ts";

const runs = [];
for (const threads of process.argv.slice(2)) runs.push(await run(Number(threads)));
console.log(JSON.stringify(runs));
