// Loaded before a probe: ends it when the local runtime is gone without having said so.
process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  setTimeout(() => process.exit(1), 5_000).unref();
});
// A listener keeps the channel and with it the process alive; a replay must end by itself.
process.channel?.unref();
