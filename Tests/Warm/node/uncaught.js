// Ends with an error of its own class that has a cause.
class Mine extends Error { name = 'Mine'; extra = {deep: [1, {a: 2}]}; }
function fail() { throw new Mine('what was it?', {cause: new TypeError('ä cause')}); }
process.on('exit', (code) => console.log('exit', code, process.exitCode));
console.log('not yet');
fail();
