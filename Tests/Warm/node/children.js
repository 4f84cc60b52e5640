// Processes that the script starts.
const {execFileSync, fork, spawn, spawnSync} = require('child_process');
if (process.argv[2] === 'forked') {
  process.send([process.argv, process.execArgv, process.env.NODE_OPTIONS, Object.keys(require.cache),
    process._preload_modules, process.env.NODE_CHANNEL_FD !== '', process.connected]);
  process.once('message', (said) => { console.log('child heard', said); process.disconnect(); });
} else {
  console.log(execFileSync(process.execPath, ['-p', 'process.execArgv + process.argv'], {encoding: 'utf8'}));
  const {pid, ...ended} =
    spawnSync('sh', ['-c', 'env; ls /proc/self/fd; grep Sig[BIC] /proc/self/status; kill $$']);
  console.log(ended, String(ended.stdout));
  spawnSync('sh', ['-c', 'echo inherited; cat; exit 3'], {stdio: 'inherit'});
  const child = fork(__filename, ['forked', 'x']);
  child.on('message', (said) => { console.log(said); child.send('hello'); });
  child.on('exit', (...how) => {
    console.log('exit', ...how);
    const cat = spawn('cat');
    cat.stdout.on('data', (chunk) => console.log(String(chunk)));
    cat.on('close', (...ended) => console.log('close', ...ended));
    cat.stdin.end('through a cat');
  });
}
