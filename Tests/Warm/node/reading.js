// Standard input at once, as a file.
const {readFileSync, readSync} = require('fs');
try {
  const first = Buffer.alloc(3);
  console.log(readSync(0, first), first.toString());
  console.log(readFileSync(0, 'utf8'), readFileSync('/dev/stdin').length);
} catch (fault) {
  console.log(fault.code, fault.message);
}
