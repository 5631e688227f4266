import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Buckets, S3Service } from "../s3-server/s3-suite.js";

const PYTHON = process.env.CROSSPROBE_PYTHON ?? "python3";
const SCRIPT = fileURLToPath(new URL("moto_s3.py", import.meta.url));

/** Moto's S3 server in a process of its own, which ends with `close`. */
export async function startMoto(buckets: Buckets): Promise<S3Service> {
  const child = spawn(PYTHON, [SCRIPT], { stdio: "pipe" });
  const said: string[] = [];
  child.stderr.on("data", (text) => said.push(String(text)));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const ask = async (question: unknown): Promise<Record<string, unknown>> => {
    child.stdin.write(`${JSON.stringify(question)}\n`);
    const { value, done } = await answers.next();
    if (done === true) throw new Error(`moto ended: ${said.join("")}`);
    return JSON.parse(value);
  };
  const { port } = await ask({ buckets: encoded(buckets) });
  return {
    endpoint: `http://127.0.0.1:${port}`,
    put: async (bucket, key, bytes) => {
      await ask({ put: [bucket, key, Buffer.from(bytes).toString("base64")] });
    },
    close: () => end(child),
  };
}

function encoded(buckets: Buckets) {
  return Object.fromEntries(
    Object.entries(buckets).map(([name, { isPublic, objects }]) => [
      name,
      {
        isPublic,
        objects: Object.fromEntries([...objects].map(([key, bytes]) => [key, Buffer.from(bytes).toString("base64")])),
      },
    ]),
  );
}

async function end(child: ChildProcessWithoutNullStreams): Promise<void> {
  const ended = new Promise((resolve) => child.once("close", resolve));
  child.kill("SIGKILL");
  await ended;
}
