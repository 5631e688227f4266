// Answers windows of an LFP file: a line of JSON {"samples": [a, b]} in, one of figures out.
import { basename, dirname } from "node:path";
import { createInterface } from "node:readline";
import { openLfpFile } from "@crossprobe/allen-adapter/lfp";
import { LocalStore } from "@crossprobe/storage/node";

const [path] = process.argv.slice(2);
const lfp = await openLfpFile(new LocalStore(dirname(path)), basename(path));
for await (const line of createInterface({ input: process.stdin })) {
  const { samples } = JSON.parse(line);
  const before = process.cpuUsage();
  const start = performance.now();
  const { data, times } = await lfp.read({ samples });
  const wall = performance.now() - start;
  const { user, system } = process.cpuUsage(before);
  const probe = [data.data[0], data.data.at(-1), times[0], times.at(-1)];
  const rss = process.resourceUsage().maxRSS / 1024;
  console.log(JSON.stringify({ wall, cpu: (user + system) / 1e3, probe, rss }));
}
lfp.close();
