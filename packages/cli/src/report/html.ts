import {
  type Caveat,
  type CompareResult,
  type Concern,
  labelList,
  type RegionComparison,
  type RegionFindings,
} from "@crossprobe/analysis";
import { formatNumber } from "../output/table.js";
import { readVersion } from "../version.js";
import { colourOf, type PowerMark, powerPanel, psthPanel, rateFigure } from "./figures.js";
import { counted, countedRefs, lengthText, spansText } from "./phrases.js";
import { STYLE } from "./style.js";
import { escapeXml, logDomain } from "./svg.js";
import { groupNotices, placesText, segmentLine, unitText } from "./text.js";

/** A comparison as one self-contained page: no script, no font, no request; opens from disk. */
export function renderHtml(result: CompareResult, origin: string): string {
  const datasets = Object.keys(result.provenance.datasets);
  const sections = [
    section("Before you compare", caveatList(mustsFirst(result.caveats))),
    section("Regions", regionTable(result, datasets)),
    section("Firing rates", ratesSection(result, datasets)),
    section("Responses to visual stimuli", psthSection(result, datasets)),
    section("LFP power by band", powerSection(result, datasets)),
    section("Left out, repaired or doubted", leftOut(result)),
    section("How it was computed", methods(result)),
    section("Data, licences, citations", provenance(result)),
  ];
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>crossprobe: what the datasets show, by brain region</title><style>${STYLE}</style></head>
<body><header><h1>What the datasets show, by brain region</h1>
<p class="lead">${escapeXml(leadOf(result, origin))}</p>
<div class="cards">${datasets.map((id) => card(id, result, datasets)).join("")}</div></header>
<main>${sections.join("\n")}</main>
<footer>crossprobe ${readVersion()} · every number here is in report.json, with its units and provenance</footer></body></html>
`;
}

function leadOf({ mapping, units, regions }: CompareResult, origin: string): string {
  const which = units === "passing" ? "units that pass their own dataset's published rule" : "all units";
  return `${counted(regions.length, "region")} of the ${mapping} mapping. Rates and responses are those of ${which}. One analysis, the same for every dataset; sources from ${origin}.`;
}

function section(title: string, content: string): string {
  return content === "" ? "" : `<section><h2>${escapeXml(title)}</h2>${content}</section>`;
}

function card(
  id: string,
  { totals, provenance: { datasets: known } }: CompareResult,
  datasets: readonly string[],
): string {
  const total = totals[id];
  const title = `<h3><i style="background:${colourOf(id, datasets)}"></i>${escapeXml(known[id]?.title ?? id)}</h3>`;
  if (total === undefined) return `<div class="card">${title}<p>no session could be read</p></div>`;
  const facts = [
    ["sessions", total.sessions],
    ["probes", total.probes],
    ["units, passing / all", unitText(total.units, " / ")],
    ["without a region in this mapping", unitText(total.unmapped, " / ")],
    ["without any label", unitText(total.unregistered, " / ")],
    ["visual onsets", total.events?.onsets ?? "–"],
  ];
  const rows = facts.map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`);
  const rule = total.rule === null ? "no published rule" : `passing means ${total.rule}`;
  const labels = labelList(total.unmappedLabels);
  const unmapped = labels === "" ? "" : `; no region in this mapping: ${labels}`;
  return `<div class="card">${title}<dl>${rows.join("")}</dl><p class="rule">${escapeXml(rule + unmapped)}</p></div>`;
}

function caveatList(caveats: readonly Caveat[]): string {
  if (caveats.length === 0) return "";
  const items = caveats.map(
    ({ text, mustNotCompare, datasets }) =>
      `<li class="${mustNotCompare ? "must" : ""}">${escapeXml(text)} <span class="who">${escapeXml(datasets.join(", "))}</span></li>`,
  );
  return `<ul class="caveats">${items.join("")}</ul>`;
}

function mustsFirst(caveats: readonly Caveat[]): readonly Caveat[] {
  return [
    ...caveats.filter(({ mustNotCompare }) => mustNotCompare),
    ...caveats.filter(({ mustNotCompare }) => !mustNotCompare),
  ];
}

/** What stands beside a section: what must not be compared in full, the rest folded, as all of it is at the top. */
function concerning(caveats: readonly Caveat[], concern: Concern): string {
  const own = caveats.filter(({ concerns }) => concerns.includes(concern));
  const [musts, others] = [
    own.filter(({ mustNotCompare }) => mustNotCompare),
    own.filter(({ mustNotCompare }) => !mustNotCompare),
  ];
  const rest =
    others.length === 0
      ? ""
      : `<details><summary>${others.length} more to know before comparing these</summary>${caveatList(others)}</details>`;
  return caveatList(musts) + rest;
}

function regionTable({ regions }: CompareResult, datasets: readonly string[]): string {
  const titles = ["units", "channels", "LFP ch", "rate, Hz"].map((title) => `<th>${title}</th>`).join("");
  const groups = datasets.map(
    (id) => `<th colspan="4" class="group" style="border-color:${colourOf(id, datasets)}">${escapeXml(id)}</th>`,
  );
  const rows = regions.map(({ region, name, color, datasets: found }) => {
    const cells = datasets.map((id) => findingCells(found[id]));
    return `<tr><th scope="row"><i style="background:#${color}"></i>${escapeXml(region)}</th><td class="name">${escapeXml(name)}</td>${cells.join("")}</tr>`;
  });
  return `<p>Units as passing / all. Rate: median and quartiles over units (numpy's linear rule).</p><div class="scroll"><table><thead><tr><th></th><th></th>${groups.join("")}</tr><tr><th>region</th><th></th>${datasets.map(() => titles).join("")}</tr></thead><tbody>${rows.join("")}</tbody></table></div>`;
}

function findingCells(found: RegionFindings | undefined): string {
  if (found === undefined) return '<td class="none">–</td>'.repeat(4);
  const { median, q1, q3 } = found.firingRate;
  const rate = median === null ? "–" : `${median.toFixed(2)} <small>${q1?.toFixed(2)}–${q3?.toFixed(2)}</small>`;
  return `<td>${unitText(found.units, " / ")}</td><td>${formatNumber(found.channels)}</td><td>${formatNumber(found.lfpChannels)}</td><td>${rate}</td>`;
}

function ratesSection({ regions, caveats, totals }: CompareResult, datasets: readonly string[]): string {
  const rows = regions.flatMap(({ region, datasets: found }) =>
    datasets.flatMap((dataset) => {
      const rates = found[dataset]?.firingRate;
      if (rates === undefined || rates.values.length === 0) return [];
      const { q1, median, q3 } = rates;
      return [
        {
          region,
          dataset,
          values: rates.values,
          quartiles: q1 === null || median === null || q3 === null ? null : { q1, median, q3 },
        },
      ];
    }),
  );
  if (rows.length === 0) return "";
  const silent = rows.some(({ values }) => values.some((value) => value <= 0)) ? ` ${SILENT}` : "";
  return `<p>Every unit is a dot; the box spans the quartiles, the bar is the median. ${escapeXml(rateSpans(totals))}${silent}</p><figure>${legend(datasets)}${rateFigure(rows, datasets)}</figure>${concerning(caveats, "firingRate")}`;
}

const SILENT =
  "Units without a spike have no place on a logarithmic axis: their number stands left of it, and a box that reaches beyond its left edge begins at 0.";

/** What rates were taken over: said once where it is of one kind for all datasets. */
function rateSpans(totals: CompareResult["totals"]): string {
  const known = Object.entries(totals).flatMap(
    ([
      id,
      {
        rateInterval: { kind, seconds },
      },
    ]) => (kind === null || seconds === null ? [] : { id, text: KIND_TEXT[kind] ?? kind, length: lengthText(seconds) }),
  );
  const lengths = known.map(({ id, length }) => `${id} ${length}`).join("; ");
  const [first] = known;
  if (first !== undefined && known.length > 1 && known.every(({ text }) => text === first.text)) {
    return `Rates of all datasets are taken over the same kind of span, ${first.text}: ${lengths}.`;
  }
  return `Rates are taken over ${known.map(({ id, text, length }) => `${text} (${id}, ${length})`).join("; ")}.`;
}

const KIND_TEXT: Readonly<Record<string, string>> = {
  given: "the interval that was asked for",
  observed: "the observation interval that the source states for the unit",
  spikeCoverage: "first to last spike of the unit's probe",
  mixed: "different spans for different units (see report.json)",
};

function psthSection({ regions, caveats }: CompareResult, datasets: readonly string[]): string {
  const panels = regions.flatMap(({ region, datasets: found }) => {
    const curves = datasets.flatMap((dataset) => {
      const psth = found[dataset]?.psth;
      return psth ? [{ dataset, ...psth }] : [];
    });
    return curves.length > 0 ? [psthPanel(region, curves, datasets)] : [];
  });
  if (panels.length === 0) return "";
  return `<p>Mean over units of the event-averaged rate, 10 ms bins; the band is mean ± 1.96 standard errors <b>over units, not over animals</b>, absent below two units. u: units.</p>${legend(datasets)}<figure class="grid">${panels.join("")}</figure>${concerning(caveats, "psth")}`;
}

function powerSection(result: CompareResult, datasets: readonly string[]): string {
  const { regions, caveats, provenance: known } = result;
  const bands = known.settings.bands.map(({ name }) => name);
  const entries = regions.map((region) => ({ region: region.region, marks: powerMarks(region, datasets) }));
  const drawn = entries.filter(({ marks }) => marks.length > 0);
  if (drawn.length === 0) return "";
  const domain = logDomain(
    drawn.flatMap(({ marks }) => marks.flatMap(({ power }) => Object.values(power).flatMap((value) => value ?? []))),
  );
  const panels = drawn.map(({ region, marks }) => powerPanel(region, marks, bands, domain, datasets));
  const names = known.settings.bands.map(({ name, from, to }) => `${name} ${from}–${to} Hz`).join(", ");
  return `${concerning(caveats, "lfpPower")}<p>One mark a probe: mean power spectral density over the region's channels, integrated over the band (${escapeXml(names)}), µV², logarithmic and the same in every panel.</p>${legend(datasets)}<figure class="grid">${panels.join("")}</figure>`;
}

function powerMarks({ datasets: found }: RegionComparison, datasets: readonly string[]): readonly PowerMark[] {
  return datasets.flatMap((dataset) =>
    Object.entries(found[dataset]?.lfpPowerUv2 ?? {}).map(([probe, power]) => ({ dataset, probe, power })),
  );
}

function legend(datasets: readonly string[]): string {
  const entries = datasets.map(
    (id) => `<span><i style="background:${colourOf(id, datasets)}"></i>${escapeXml(id)}</span>`,
  );
  return `<div class="legend">${entries.join("")}</div>`;
}

function leftOut({ failures, absent, notices, totals, lfp }: CompareResult): string {
  const items = [
    ...failures.map(
      ({ session, dataset, message, hint }) =>
        `<b>${escapeXml(session ?? dataset)}</b> could not be read and is left out whole: ${escapeXml(message)}${hint ? `; ${escapeXml(hint)}` : ""}`,
    ),
    ...absent.map(
      ({ dataset, what, reason, where }) =>
        `<b>${escapeXml(dataset)}</b> has no ${escapeXml(what)} for ${countedRefs(where)}: ${escapeXml(reason)}`,
    ),
    ...Object.entries(totals).flatMap(([dataset, { events }]) => [
      ...Object.entries(events?.excluded ?? {}).map(
        ([reason, count]) =>
          `<b>${escapeXml(dataset)}</b>: ${counted(count, "row")} not used, for ${count === 1 ? "it is" : "they are"} no visual onset (${escapeXml(reason)})`,
      ),
      ...Object.entries(events?.notAsked ?? {}).map(
        ([name, count]) =>
          `<b>${escapeXml(dataset)}</b>: ${counted(count, "onset")} of ${escapeXml(name)}, not asked for`,
      ),
      ...(events?.leftOut ?? []).map(
        ({ probe, onsets }) => `<b>${escapeXml(probe)}</b>: ${counted(onsets, "onset")} inside an invalid interval`,
      ),
    ]),
    ...lfp.flatMap((use) => segmentLine(use) ?? []).map(escapeXml),
    ...groupNotices(notices).map(
      ({ dataset, message, count, places }) =>
        `<b>${escapeXml(dataset)}</b>: ${escapeXml(message)} (${count}; <span title="${escapeXml(places.join("\n"))}">${escapeXml(placesText(places))}</span>)`,
    ),
  ];
  return items.length === 0 ? "<p>Nothing.</p>" : `<ul>${items.map((item) => `<li>${item}</li>`).join("")}</ul>`;
}

function methods({ provenance: { settings }, mapping, units, totals, lfp: uses }: CompareResult): string {
  const { psth, lfp, interval, lfpInterval, bands, stimuli } = settings;
  const lfpSpans = Object.keys(totals).flatMap((id) => {
    const spans = uses.filter(({ dataset }) => dataset === id).map((use) => use.interval);
    return spans.length === 0 ? [] : `${id} ${spansText(spans)}`;
  });
  const facts = [
    ["mapping", mapping],
    ["units", units],
    ["rate interval", interval === null ? rateSpans(totals) : `${spansText([interval])}, as asked for`],
    [
      "PSTH",
      `${psth.event}, from ${psth.start} s, ${psth.count} half-open bins of ${psth.width} s, bin = floor((t − onset − start) / width)`,
    ],
    ["stimuli", stimuli === null ? "all visual stimuli" : stimuli.join(", ")],
    [
      "LFP interval",
      lfpInterval === null
        ? `what each file covers: ${lfpSpans.join("; ") || "none"}`
        : `${spansText([lfpInterval])}, as asked for`,
    ],
    [
      "LFP grid",
      `${lfp.gridRate} Hz; windowed-sinc filter flat to ${lfp.flatTo} Hz, gone from ${lfp.goneFrom} Hz, ${lfp.filterHalfLength} s to either side`,
    ],
    [
      "Welch",
      `${lfp.segmentSamples}-sample periodic Hann, step ${lfp.stepSamples}, segment mean removed, one-sided density`,
    ],
    ["invalid spans", `widened by ${lfp.invalidMargin} s and half the filter; a segment that touches one is left out`],
    ["bands", bands.map(({ name, from, to }) => `${name} ${from} ≤ f < ${to} Hz`).join(", ")],
  ];
  return `<dl class="facts">${facts.map(([name, value]) => `<dt>${escapeXml(name ?? "")}</dt><dd>${escapeXml(value ?? "")}</dd>`).join("")}</dl>`;
}

function provenance({ provenance: { datasets } }: CompareResult): string {
  const blocks = Object.entries(datasets).map(([id, { title, release, licence, citations, rules, sources }]) => {
    const rows = [
      ["release", release ?? "not stated by the source"],
      ["licence", licence],
      ["cite", citations.join("\n")],
      ...rules.map((rule) => [rule.id, `${rule.definition} (${rule.source})`]),
      ["sources", sources.map(({ url, kind }) => `${kind}: ${url}`).join("\n")],
    ];
    return `<h3>${escapeXml(title)} <small>${escapeXml(id)}</small></h3><dl class="facts">${rows.map(([name, value]) => `<dt>${escapeXml(name ?? "")}</dt><dd>${escapeXml(value ?? "").replace(/\n/g, "<br>")}</dd>`).join("")}</dl>`;
  });
  return blocks.join("");
}
