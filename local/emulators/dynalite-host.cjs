// Runs dynalite on an ephemeral port of 127.0.0.1 in a process that ends with its parent.
const dynalite = require('dynalite');

const path = process.argv[2];
const server = dynalite({ path, createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
server.listen(0, '127.0.0.1', () => process.send({ port: server.address().port }));
process.on('disconnect', () => {
  server.close(() => process.exit(0));
  // Closing waits for connections; LevelDB survives an end at any time.
  setTimeout(() => process.exit(0), 1_000);
});
