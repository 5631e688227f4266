import type { AdapterPlugin, Capability } from "../adapter.js";
import type { StoreResolver } from "../byte-store.js";
import type { RefKind } from "../model/ref.js";

/** An expected number with how far off it may be; 0 means to the last bit. */
export interface Near {
  readonly value: number;
  readonly within: number;
}

/**
 * Facts about one session of the fixture that were **not** computed with the adapter under test: from the generator's truth, from
 * the reference program, or by hand. References are in written form (`ibl:session:…`).
 */
export interface KnownFacts {
  readonly sessions: number;
  readonly session: {
    readonly ref: string;
    readonly subject: string | null;
    /** In the source's own words, letter by letter. */
    readonly sessionType: string | null;
    /** The session clock runs inside this span. */
    readonly clock: { readonly start: number; readonly stop: number };
  };
  readonly probes: number;
  readonly probe: { readonly ref: string; readonly label: string };
  readonly channels: {
    readonly count: number;
    readonly sample: {
      readonly ref: string;
      readonly acronym: string | null;
      readonly ccf: { readonly ap: number; readonly dv: number; readonly ml: number; readonly within: number } | null;
      readonly hemisphere: "left" | "right" | null;
      readonly distanceFromTipUm: number;
      readonly siteIndex: number;
    };
  };
  readonly units: {
    readonly count: number;
    readonly passing: number;
    readonly sample: {
      readonly ref: string;
      readonly acronym: string | null;
      readonly distanceFromTipUm: number | null;
    };
  };
  readonly spikes?: {
    readonly unit: string;
    readonly count: number;
    readonly first: Near;
    readonly last: Near;
    /** Amplitude of the first spike, volts. */
    readonly firstAmplitudeV: Near | null;
  };
  readonly waveform?: { readonly unit: string; readonly siteIndex: number; readonly sample: number; readonly uv: Near };
  readonly events?: {
    readonly visualOnsets: number;
    /** The `index`-th visual onset in time order. */
    readonly sample: {
      readonly index: number;
      readonly time: number;
      readonly stopTime: number | null;
      readonly contrast: number | null;
      readonly side: "left" | "right" | null;
    };
  };
  readonly movement?: {
    /** Displacement summed over spans that start in `[start, stop)`. */
    readonly start: number;
    readonly stop: number;
    readonly displacementCm: Near;
  };
  readonly invalid?: {
    readonly count: number;
    readonly start: Near;
    readonly stop: Near;
    readonly probe: string | null;
  };
  readonly lfp?: {
    readonly channels: number;
    readonly samples: number;
    readonly firstTime: Near;
    readonly lastTime: Near;
    readonly sample: { readonly sample: number; readonly channel: number; readonly ref: string; readonly volts: Near };
    /** A second sample far from the first in both axes. */
    readonly other: { readonly sample: number; readonly channel: number; readonly volts: Near };
  };
}

export interface AdapterSkip {
  /** Name of the check, as {@link adapterChecks} lists it. */
  readonly test: string;
  readonly reason: string;
}

/** What the suite needs to hold an adapter to its contract. */
export interface AdapterSubject {
  readonly plugin: AdapterPlugin;
  /** Fresh stores over the fixture. */
  stores(): StoreResolver;
  readonly known: KnownFacts;
  /** Keys whose bytes are signals (spikes, LFP): asking for tables must not touch them. */
  readonly signalKeys: RegExp;
  readonly skip?: readonly AdapterSkip[];
}

/** One requirement. `run` throws when the adapter does not meet it. */
export interface AdapterCheck {
  readonly name: string;
  /** What the check asks for: it does not apply to an adapter without one of them. */
  readonly needs: readonly Capability[];
  run(subject: AdapterSubject): Promise<void>;
}

/** A well-formed reference to something that is not in any dataset. */
export function absentRef<Kind extends RefKind>(subject: AdapterSubject, kind: Kind) {
  return { dataset: subject.plugin.id, kind, id: "00000000-0000-4000-8000-000000000000" } as const;
}
