// The heap's snapshot, a test run and a script in a context: machinery that looks at the process.
const vm = require('vm');
const inspector = require('inspector');
const util = require('util');
console.log(vm.runInNewContext('new Error("in a context").stack'), inspector.url());
const session = new inspector.Session();
session.connect();
session.on('Debugger.scriptParsed', ({params: {url}}) => { if (url.endsWith('report.js')) console.log(url); });
session.post('Debugger.enable');
session.post('Runtime.evaluate', {expression: 'process.argv.length'}, (_, said) => console.log(said));
session.disconnect();
const {header} = process.report.getReport();
console.log(header.nodejsVersion, header.wordSize, util.inspect(process.allowedNodeEnvironmentFlags.size));
console.log(process.report.getReport().javascriptStack.stack.slice(-2));
console.log(process.report.getReport().environmentVariables);
