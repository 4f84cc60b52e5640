// Signals that are handled here, and then one that is not.
const {readFileSync} = require('fs');
const status = readFileSync('/proc/self/status', 'utf8');
console.log(status.match(/^(Name|Umask|Threads|Sig[PBIC]\w+|ShdPnd|NoNewPrivs|Cap\w+):.*/gm));
console.log(readFileSync('/proc/self/comm', 'utf8'));
const names = ['SIGINT', 'SIGHUP', 'SIGUSR2', 'SIGTERM', 'SIGWINCH'];
const keep = setInterval(() => {}, 1000);
function next() {
  const name = names.shift();
  if (!name) {
    clearInterval(keep);
    process.kill(process.pid, 'SIGTERM');
    return setTimeout(() => {}, 1000);
  }
  process.once(name, (signal, number) => { console.log(signal, number); next(); });
  process.kill(process.pid, name);
}
next();
