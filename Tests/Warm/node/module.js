// The script as a module, and what the loader knows beside it.
const Module = require('module');
console.log(require.main === module, process.mainModule === module, module.parent, module.children);
console.log(module, Object.keys(require), require.extensions, arguments.length, this === exports);
console.log(__filename, __dirname, module.paths, Module.globalPaths, require.resolve.paths('x'));
console.log(require.cache, Module._pathCache, Module.builtinModules.length);
for (const key of Reflect.ownKeys(Module)) {
  const {value, get, ...flags} = Object.getOwnPropertyDescriptor(Module, key);
  console.log(key, typeof value, value?.name, typeof get, flags);
}
console.log(Module.runMain.toString().length, Module.runMain === Module.runMain);
console.log(require('./beside'), require('./beside') === require('./beside.js'), module.children);
console.log(require('package'), require.resolve('package'), require('./data.json'));
try { require('absent'); } catch (fault) { console.log(fault.code, fault.requireStack, fault.stack); }
