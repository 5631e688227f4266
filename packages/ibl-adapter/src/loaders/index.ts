export type { AlfArrayContent, AlfContent } from "../alf-content.js";
export { readAlfContent } from "../alf-content.js";
export type { AlfFile, FileChoice } from "../alf-file.js";
export { chooseFile, chooseSorting, collectionsOf, probeLabels } from "../alf-file.js";
export type { AlfNameParts } from "../alf-format.js";
export { formatAlfName, toAlfName, toReadableName } from "../alf-format.js";
export type { AlfName, AlfPath, SessionPath } from "../alf-name.js";
export {
  attributeKey,
  formatSessionNumber,
  isUuid,
  parseAlfName,
  parseAlfPath,
  parseSessionPath,
} from "../alf-name.js";
export type { DatasetPath, DatasetPathChanges } from "../alf-path.js";
export {
  changeDatasetPath,
  formatDatasetPath,
  formatSessionFolder,
  isAlfName,
  parseDatasetPath,
  withPaddedNumber,
} from "../alf-path.js";
export type { FrameData } from "../frame-data.js";
export { parseFrameData } from "../frame-data.js";
export type { AlfObject, ObjectOptions } from "./alf-object.js";
export { loadObject } from "./alf-object.js";
export type { SessionFiles } from "./session-files.js";
export { openSession } from "./session-files.js";
