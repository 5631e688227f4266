import { SIGNAL_TOPICS } from "./allen-session-signal-topics.js";
import { SPIKE_TOPICS } from "./allen-session-spike-topics.js";
import { STIMULUS_TOPICS } from "./allen-session-stimulus-topics.js";
import type { Topic } from "./allen-session-subject.js";
import { TABLE_TOPICS } from "./allen-session-table-topics.js";

/** Every topic of the 2020 sessions that a session file can answer. */
export const TOPICS: readonly Topic[] = [...TABLE_TOPICS, ...STIMULUS_TOPICS, ...SPIKE_TOPICS, ...SIGNAL_TOPICS];
