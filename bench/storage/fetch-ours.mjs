// One download by our kernel:  node bench/storage/fetch-ours.mjs <json: { url, to, size, digests }>
// Says { ms, cpu, importsMs, peakBytes }; the clock begins after imports, and ends with the file published.
const begun = performance.now();
const { createDownloader } = await import("@crossprobe/storage/node");
const importsMs = performance.now() - begun;
const { url, to, size, digests } = JSON.parse(process.argv[2]);
const file = { id: "file", source: null, urls: [url], absent: null, path: "file", size, digests };
const options = { to, allowPrivate: true };
const start = performance.now();
const used = process.cpuUsage();
const downloader = createDownloader();
for await (const { status, error } of downloader.run(await downloader.plan([file], options), options)) {
  if (status !== "fetched") throw error ?? new Error(`the file is ${status}`);
}
const ms = performance.now() - start;
const { user, system } = process.cpuUsage(used);
const peakBytes = process.resourceUsage().maxRSS * 1024;
console.log(JSON.stringify({ ms, cpu: (user + system) / 1000, importsMs, peakBytes }));
process.exit();
