import { parquetHeader } from "hyparquet/src/column.js";
import type { PageHeader, PageReader } from "./pages.js";
import { checkThrift } from "./thrift-check.js";

/** The header of a page, walked through before the library takes memory for what it claims. */
export function readPageHeader(reader: PageReader): PageHeader {
  checkThrift(reader.view, reader.offset);
  return parquetHeader(reader);
}
