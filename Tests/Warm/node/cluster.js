// A cluster of one.
const cluster = require('cluster');
if (cluster.isPrimary) {
  console.log(cluster.settings);
  const worker = cluster.fork({MORE: '1'});
  const {args, exec, execArgv, silent} = cluster.settings;
  console.log(args, exec, execArgv, silent);
  worker.on('message', (said) => { console.log(said); worker.disconnect(); });
  worker.on('exit', (...how) => console.log('exit', ...how));
} else {
  process.send([process.argv, process.execArgv, process.env.MORE, require.main === module]);
}
