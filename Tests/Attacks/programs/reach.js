// Calls each address at a port, and looks which networks there are.
const net = require("net");
const { networkInterfaces } = require("os");

const [port, ...addresses] = process.argv.slice(2);
const call = (host) => new Promise((resolve) => {
  const caller = net.connect({ host, port, timeout: 500 });
  const tell = (line) => { console.log(line); caller.destroy(); resolve(); };
  caller.on("connect", () => tell(`escaped: ${host}`));
  caller.on("timeout", () => tell(`refused: ${host}: timeout`));
  caller.on("error", (error) => tell(`refused: ${host}: ${error.code}`));
});

try {
  for (const name of Object.keys(networkInterfaces())) console.log(`escaped: the network ${name}`);
} catch (error) {
  console.log(`refused: networks: ${error.code}`);
}
Promise.all(addresses.map(call)).then(() => console.log("finished"));
