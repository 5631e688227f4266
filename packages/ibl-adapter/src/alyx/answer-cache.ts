import { z } from "zod";

/**
 * Where answers are kept as text. A key is a method and an address, without credentials.
 *
 * One cache is for one account: another one's rights are not checked. `DirectoryCache` of `@crossprobe/storage/node` keeps them in a directory.
 */
export interface AnswerCache {
  read(key: string): Promise<string | undefined>;
  write(key: string, text: string): Promise<void>;
  delete(key: string): Promise<void>;
}

/** A kept answer. */
export interface KeptAnswer {
  readonly text: string;
  /** From this moment on it is asked for again, milliseconds since 1970. */
  readonly expiresAt: number;
}

const keptSchema = z.object({ expires: z.iso.datetime(), text: z.string() });
const DEFAULT_MEMORY_CHARACTERS = 16 * 1024 * 1024;

/** Answers in memory, those last used longest, within a number of characters in all (default 16 Mi). */
export class MemoryAnswerCache implements AnswerCache {
  readonly #limit: number;
  readonly #texts = new Map<string, string>();
  #characters = 0;

  constructor(limitCharacters: number = DEFAULT_MEMORY_CHARACTERS) {
    this.#limit = limitCharacters;
  }

  async read(key: string): Promise<string | undefined> {
    const text = this.#texts.get(key);
    if (text === undefined) return undefined;
    this.#texts.delete(key);
    this.#texts.set(key, text);
    return text;
  }

  async write(key: string, text: string): Promise<void> {
    await this.delete(key);
    if (text.length > this.#limit) return;
    this.#texts.set(key, text);
    this.#characters += text.length;
    for (const oldest of this.#texts.keys()) {
      if (this.#characters <= this.#limit) break;
      await this.delete(oldest);
    }
  }

  async delete(key: string): Promise<void> {
    this.#characters -= this.#texts.get(key)?.length ?? 0;
    this.#texts.delete(key);
  }
}

/** Answers over a memory and, where one is given, something slower that lasts. A damaged entry is deleted. */
export class KeptAnswers {
  readonly #layers: readonly AnswerCache[];

  constructor(memory: AnswerCache, lasting: AnswerCache | undefined) {
    this.#layers = lasting === undefined ? [memory] : [memory, lasting];
  }

  async read(key: string): Promise<KeptAnswer | undefined> {
    for (const [index, layer] of this.#layers.entries()) {
      const stored = await layer.read(key);
      if (stored === undefined) continue;
      const kept = decode(stored);
      if (kept === undefined) {
        await layer.delete(key);
        continue;
      }
      for (const nearer of this.#layers.slice(0, index)) await nearer.write(key, stored);
      return kept;
    }
    return undefined;
  }

  async write(key: string, answer: KeptAnswer): Promise<void> {
    const stored = JSON.stringify({ expires: new Date(answer.expiresAt).toISOString(), text: answer.text });
    for (const layer of this.#layers) await layer.write(key, stored);
  }

  async delete(key: string): Promise<void> {
    for (const layer of this.#layers) await layer.delete(key);
  }
}

function decode(stored: string): KeptAnswer | undefined {
  try {
    const { expires, text } = keptSchema.parse(JSON.parse(stored));
    return { text, expiresAt: Date.parse(expires) };
  } catch {
    return undefined;
  }
}
