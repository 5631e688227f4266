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
