import { descendants, isWithin } from "./hierarchy.js";
import { granularityOf, mapRegion } from "./mapping.js";
import { findRegion, type Region, regions } from "./region.js";

/**
 * What a region is easily mistaken for, as sentences; empty for most.
 *
 * Source: the tree itself (`data/ccf-structures.tsv`); each was found as a mistake in published code or in labels of a release.
 */
export function pitfallsOf(region: Region): readonly string[] {
  const otherCase = regions().filter(
    ({ id, acronym }) => id !== region.id && acronym.toLowerCase() === region.acronym.toLowerCase(),
  );
  const written = WRITTEN[region.acronym];
  return [
    ...otherCase.map(
      ({ acronym, name }) => `${acronym} is another structure (${name}): the case of an acronym counts.`,
    ),
    ...(written === undefined ? [] : [written]),
    ...(isMedialVisual(region) ? [MEDIAL_VISUAL] : []),
  ];
}

const WRITTEN: Readonly<Record<string, string | undefined>> = {
  root: "The whole brain, and in some tables the word for a place outside it: there it is no label.",
  grey: "As a label it says that a place lies in grey matter and no more.",
  VL: "It is a ventricle. The ventral anterior-lateral complex of the thalamus is VAL.",
  VAL: "VL is not part of it: that is the lateral ventricle.",
  CP: "It is part of the striatum. The cerebral peduncle is cpd.",
  VIS: "VISmma and VISmmp do not lie in it but in RSPagl.",
  RSPagl: "VISmma and VISmmp lie in it, and are RSPagl in Beryl, although their names say visual.",
  NOT: "It is the nucleus of the optic tract, no word of logic.",
  or: "It is the optic radiation, no word of logic.",
};

const MEDIAL_VISUAL =
  "In spite of its name it lies in RSPagl, not in VIS: neither VIS nor a visual region of Beryl has it.";

function isMedialVisual(region: Region): boolean {
  return ["VISmma", "VISmmp"].some((acronym) => {
    const area = findRegion(acronym);
    return area !== undefined && isWithin(region, area);
  });
}

/** What it means that a row is labelled with a region, as one sentence. */
export function labelMeaningOf(region: Region): string {
  const beryl = mapRegion(region, "beryl");
  const below = descendants(region).length;
  const granularity = granularityOf(region);
  if (granularity === "layer") {
    return `finer than ${beryl?.acronym}, its region in Beryl: a row labelled ${beryl?.acronym} may or may not lie here`;
  }
  if (granularity === "parent") {
    return `coarse: it leaves open which of the ${below} structures below is meant, and has no region in Beryl`;
  }
  if (beryl === undefined) return "a structure without parts that has no region in Beryl";
  return below === 0
    ? "a region of Beryl without parts"
    : `a region of Beryl: it leaves open which of its ${below} parts is meant`;
}
