// Warnings, deprecations and text that is no ASCII.
process.emitWarning('by the script', {code: 'MINE', detail: 'in detail'});
process.on('warning', (warning) => console.log('heard', warning.name, warning.code));
new Buffer(1);
console.error('äöü', '☃', '\ud800', process.argv.slice(2));
process.emitWarning('later', 'DeprecationWarning');
const emitter = new (require('events'))();
for (let i = 0; i < 11; i++) emitter.on('x', () => {});
console.table([{a: 1}]);
console.dir(module.paths);
console.assert(false, 'asserted');
