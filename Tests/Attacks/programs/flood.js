// Writes to both streams for two seconds, whether or not anybody reads.
const { writeSync } = require("fs");
const block = "x".repeat(4095) + "\n";
writeSync(1, "ready\n");
const end = Date.now() + 2000;
while (Date.now() < end) {
  for (const stream of [1, 2]) {
    try {
      writeSync(stream, block);
    } catch (error) {
      if (error.code !== "EAGAIN") throw error;
    }
  }
}
