/** The suites that every implementation of a contract passes. Needs vitest. */

export type { AdapterCheck, AdapterSkip, AdapterSubject, KnownFacts, Near } from "./adapter-subject.js";
export { MEMORY_FACTS, memoryFiles, memoryStores } from "./memory-facts.js";
export { memoryPlugin } from "./memory-plugin.js";
export {
  type RecordedCall,
  type RecordingStore,
  type RecordingStores,
  recordingStore,
  recordingStores,
} from "./recording-store.js";
export { ADAPTER_CHECKS, applicableChecks, testAdapter } from "./test-adapter.js";
export {
  BYTE_STORE_CHECKS,
  type ByteStoreCheck,
  type ByteStoreSubject,
  type OpenedStore,
  testByteStore,
} from "./test-byte-store.js";
