// Standard input by lines, awaited at the top of a module.
import {createInterface} from 'node:readline/promises';
import {stdin, stdout} from 'node:process';
const lines = createInterface({input: stdin});
for await (const line of lines) console.log(`<${line}>`);
stdout.end('the last words\n');
