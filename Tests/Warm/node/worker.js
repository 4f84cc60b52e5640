// Workers, with the options of their parent, with their own, and one in a worker.
const {Worker, isMainThread, parentPort, workerData, threadId, resourceLimits} =
  require('worker_threads');
if (isMainThread) {
  const run = (options) => new Promise((resolve) => {
    const worker = new Worker(options.script ?? __filename, options);
    worker.on('message', (said) => console.log(said));
    worker.on('error', (fault) => console.log('error', fault));
    worker.on('exit', (code) => { console.log('exit', code); resolve(); });
  });
  (async () => {
    await run({workerData: 'plain', argv: ['a']});
    await run({workerData: 'options', execArgv: ['--no-warnings']});
    await run({workerData: 'variables', env: {A: 'b'}});
    await run({workerData: 'nest'});
    await run({script: 'console.log(process.execArgv, module, require.cache)', eval: true});
    await run({workerData: 'fail', stdout: true});
    await run({script: new URL(`file://${__dirname}/worker.mjs`)});
  })();
} else {
  if (workerData === 'fail') throw new Error('in a worker');
  parentPort.postMessage([workerData, threadId, process.argv, process.execArgv, process.env,
    process._preload_modules, Object.keys(require.cache), require.main === module,
    Object.keys(module.constructor._pathCache), resourceLimits.stackSizeMb, process.cwd(),
    new Error('in a worker').stack, process.moduleLoadList.length > 0]);
  if (workerData === 'nest')
    new Worker(__filename, {workerData: 'inner'}).on('message', (said) => parentPort.postMessage(said));
  if (workerData === 'plain') process.exit(4);
}
