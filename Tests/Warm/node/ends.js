// Ends as its argument says.
process.on('exit', (code) => console.log('exit', code));
process.on('beforeExit', (code) => console.log('beforeExit', code));
process.stdout.write('output');
process.stderr.write('errors');
eval(process.argv[2]);
console.log('went on');
