// What scripts/new-adapter.mjs writes into a new package.

/** File contents by their path in the package. */
export function skeleton(name) {
  const camel = name.replace(/-([a-z0-9])/g, (_, letter) => letter.toUpperCase());
  const pascal = camel.charAt(0).toUpperCase() + camel.slice(1);
  return {
    "package.json": json(manifest(name)),
    "tsconfig.json": TSCONFIG,
    "README.md": readme(name, camel),
    "src/index.ts": plugin(name, camel, pascal),
    "src/version.ts": VERSION,
    [`src/${name}-adapter.ts`]: adapter(name, pascal),
    "src/conformance.test.ts": test(name, camel),
  };
}

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

function manifest(name) {
  return {
    name: `@crossprobe/${name}-adapter`,
    version: "0.1.0",
    description: `The ${name} dataset in the crossprobe vocabulary`,
    license: "MIT",
    type: "module",
    engines: { node: ">=20.19" },
    sideEffects: false,
    exports: { ".": { source: "./src/index.ts", types: "./dist/index.d.ts", default: "./dist/index.js" } },
    files: ["dist", "README.md"],
    scripts: {
      build: "tsc -b",
      prepack: "node ../../scripts/manifest.mjs prepare",
      postpack: "node ../../scripts/manifest.mjs restore",
    },
    dependencies: { "@crossprobe/core": "workspace:*" },
  };
}

const TSCONFIG = `{
  "extends": "../../tsconfig.base.json",
  "compilerOptions": {
    "rootDir": "src",
    "outDir": "dist",
    "tsBuildInfoFile": "dist/.tsbuildinfo"
  },
  "include": ["src"],
  "exclude": ["src/**/*.test.ts"],
  "references": [
    {
      "path": "../core"
    }
  ]
}
`;

const VERSION = `/** Of this package, as its manifest states. */
export const VERSION = "0.1.0";
`;

const readme = (name, camel) => `# @crossprobe/${name}-adapter

The ${name} dataset in the crossprobe vocabulary. So far it reads nothing.

\`\`\`js
import { createHub } from "@crossprobe/core";
import { ${camel} } from "@crossprobe/${name}-adapter";
import { createStores } from "@crossprobe/storage/node";

const hub = createHub({ stores: createStores(), adapters: [${camel}({ folder: "file:///data/${name}/" })] });
\`\`\`

| | read from |
|---|---|
| sessions, probes, channels, units, spikes, waveforms, events, movement, LFP | not yet |

MIT licence.
`;

const plugin = (name, camel, pascal) => `/** The ${name} dataset in the crossprobe vocabulary. */

import type { AdapterPlugin } from "@crossprobe/core";
import { CAPABILITIES, ${pascal}Adapter } from "./${name}-adapter.js";
import { VERSION } from "./version.js";

export interface ${pascal}Config {
  /** URL of the folder that holds the dataset, with a \`/\` at the end. */
  readonly folder: string;
}

/** The dataset as a plugin of the hub. */
export function ${camel}({ folder }: ${pascal}Config): AdapterPlugin {
  return {
    id: "${name}",
    title: "${name}",
    version: VERSION,
    capabilities: CAPABILITIES,
    rules: [],
    metrics: [],
    citations: ["not stated yet"],
    licence: "not stated yet",
    create: ({ stores }) => new ${pascal}Adapter(stores.open(folder)),
  };
}
`;

const METHODS = [
  ["probes", "readonly ProbeInsertion[]"],
  ["channels", "ChannelTable"],
  ["units", "UnitTable"],
  ["spikes", "SpikeTable"],
  ["waveforms", "WaveformTable"],
  ["events", "EventTable"],
  ["movement", "MovementSignal"],
  ["invalidIntervals", "readonly InvalidInterval[]"],
  ["lfp", "LfpSource"],
];

const adapter = (name, pascal) => `import {
  type ByteStore,
  type Capabilities,
  type ChannelTable,
  type DatasetAdapter,
  type EventTable,
  type InvalidInterval,
  type LfpSource,
  MODALITIES,
  type MovementSignal,
  type ProbeInsertion,
  type RemoteFile,
  type Session,
  type SourceDescription,
  type SpikeTable,
  type UnitTable,
  UnsupportedError,
  type WaveformTable,
} from "@crossprobe/core";

/** What is read so far. A modality that turns true takes its checks of the conformance suite with it. */
export const CAPABILITIES: Capabilities = {
  channels: false,
  units: false,
  spikes: false,
  waveforms: false,
  events: false,
  movement: false,
  lfp: false,
  files: false,
};

/** Answers for one folder. Every method takes what \`DatasetAdapter\` of @crossprobe/core says; those that are not read yet need none of it. */
export class ${pascal}Adapter implements DatasetAdapter {
  readonly #store: ByteStore;

  constructor(store: ByteStore) {
    this.#store = store;
  }

  async describe(): Promise<SourceDescription> {
    const answers = Object.fromEntries(
      MODALITIES.map((name) => [name, CAPABILITIES[name] || \`\${name} are not read yet\`]),
    ) as SourceDescription["answers"];
    return { sources: [{ url: this.#store.url, kind: "folder" }], release: null, answers, notices: [] };
  }

  async *sessions(): AsyncIterable<Session> {
    yield await notYet("sessions");
  }

  async *files(): AsyncIterable<RemoteFile> {
    yield await notYet("files");
  }
${METHODS.map(
  ([method, result]) => `
  async ${method}(): Promise<${result}> {
    return notYet("${method}");
  }
`,
).join("")}}

async function notYet(what: string): Promise<never> {
  throw new UnsupportedError(\`the ${name} adapter does not read \${what} yet\`, {
    hint: "look at the dataset's capabilities before asking",
  });
}
`;

const test = (
  name,
  camel,
) => `import { type KnownFacts, memoryStores, testAdapter } from "@crossprobe/core/conformance";
import { ${camel} } from "./index.js";

/** Facts of the fixture that somebody else knows: its author, the reference program, a count by hand. Never read with the adapter. */
const known: KnownFacts = {
  sessions: 1,
  session: { ref: "${name}:session:1", subject: null, sessionType: null, clock: { start: 0, stop: 1 } },
  probes: 1,
  probe: { ref: "${name}:probe:1", label: "" },
  channels: {
    count: 0,
    sample: {
      ...{ ref: "${name}:channel:1", acronym: null, ccf: null, hemisphere: null },
      ...{ distanceFromTipUm: 0, siteIndex: 0 },
    },
  },
  units: { count: 0, passing: 0, sample: { ref: "${name}:unit:1", acronym: null, distanceFromTipUm: null } },
};

/** Checks of what every adapter has. Delete one, make it pass, delete the next; with the last the whole list goes. */
const NOT_YET = [
  "sessions > are all listed, valid and unique",
  "sessions > a filter keeps what it names and nothing else",
  "probes > are valid, unique and of their session",
  "probes > have no LFP or waveforms where they say so",
  "absent > an unknown session or probe is not found",
  "invalid spans > are half-open, in time order, of a probe of the session",
  "failure > an unreachable store is a store error, not an absence",
  "failure > what failed once is asked again",
  "abort > a call that begins aborted rejects with the caller's reason",
  "abort > during a read it rejects with the caller's reason and reaches the store",
];

testAdapter({
  plugin: ${camel}({ folder: "memory:fixture/" }),
  // Files of the fixture by their path. On disk: createStores() of @crossprobe/storage/node, as a development dependency.
  stores: () => memoryStores(new Map()),
  known,
  signalKeys: /\\.(bin|npy|h5|nwb)$/,
  skip: NOT_YET.map((test) => ({ test, reason: "sessions and probes are not read yet" })),
});
`;
