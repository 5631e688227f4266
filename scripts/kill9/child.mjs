// A download that ends itself by kill -9 at a change to the file system: see ../kill9.mjs. Node's own functions are wrapped before the
// downloader is read in, so that nothing in it knows of this.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const { folder, files, point } = JSON.parse(process.argv[2]);
let count = 0;

const end = () => {
  process.kill(process.pid, "SIGKILL");
  // The signal ends the process at its next step; nothing may be done before.
  return new Promise(() => undefined);
};

/** @param half what a change that is cut in the middle leaves; changes that are whole or not have none */
function wrap(target, name, half) {
  const original = target[name];
  target[name] = async function (...args) {
    const isPoint = count++ === point?.at;
    if (isPoint && point.when === "before") return end();
    if (isPoint && point.when === "middle") {
      await half?.call(this, original, args);
      return end();
    }
    const result = await original.apply(this, args);
    return isPoint && point.when === "after" ? end() : result;
  };
}

/** A disk that holds so many bytes of one file, and once it has said so, has room again: it takes what fits, then refuses. */
function limitRoom(room) {
  const write = handles.write;
  let isFull = false;
  handles.write = async function (bytes, offset, length, position) {
    const fits = room - position;
    if (isFull || length <= fits) return write.call(this, bytes, offset, length, position);
    if (fits > 0) return write.call(this, bytes, offset, fits, position);
    isFull = true;
    throw Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  };
}

const probe = await fs.promises.open(join(tmpdir(), `crossprobe-kill9-${process.pid}`), "w");
const handles = Object.getPrototypeOf(probe);
await probe.close();
await fs.promises.unlink(join(tmpdir(), `crossprobe-kill9-${process.pid}`));
wrap(handles, "write", function (write, [bytes, offset, length, position]) {
  return write.call(this, bytes, offset, length >> 1, position);
});
if (point?.room !== undefined) limitRoom(point.room);
wrap(handles, "writeFile");
wrap(handles, "truncate");
wrap(handles, "sync");
for (const name of ["open", "rename", "unlink", "link", "mkdir", "rm", "rmdir", "copyFile", "writeFile"])
  wrap(fs.promises, name);
syncBuiltinESMExports();

const { createDownloader } = await import("../../packages/storage/dist/node.js");
const downloader = createDownloader({ lock: { pollSeconds: 0.01 } });
const options = { to: folder, allowPrivate: true, parallel: 2 };
for await (const { status, error } of downloader.run(await downloader.plan(files, options), options)) {
  if (status !== "fetched" && status !== "present") {
    console.log(status, error);
    process.exitCode = 1;
  }
}
process.exit();
