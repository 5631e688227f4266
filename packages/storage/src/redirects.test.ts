import dns from "node:dns";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { DOWNGRADE, INWARDS, judgeRedirect, NO_ADDRESS } from "./redirects.js";

// Names of a world of its own: one public, one private, none else.
const NAMES: Readonly<Record<string, string>> = { "public.example": "93.184.216.34", "inside.example": "10.0.0.7" };

beforeAll(() => {
  vi.spyOn(dns.promises, "lookup").mockImplementation((async (name: string) => {
    const address = NAMES[name];
    if (address === undefined) throw new Error("ENOTFOUND");
    return [{ address, family: 4 }];
  }) as unknown as typeof dns.promises.lookup);
});
afterAll(() => vi.restoreAllMocks());

describe("judgeRedirect", () => {
  it("refuses to leave https", async () => {
    expect(await judgeRedirect("https://public.example/a", "http://public.example/a")).toBe(DOWNGRADE);
    expect(await judgeRedirect("http://public.example/a", "https://public.example/a")).toMatchObject({
      url: "https://public.example/a",
      isSameOrigin: false,
    });
  });

  it("keeps what is given for the same origin alone", async () => {
    const from = "https://public.example/a";
    const isSame = async (to: string) => Reflect.get(Object(await judgeRedirect(from, to)), "isSameOrigin");
    expect(await isSame("/b")).toBe(true);
    for (const to of ["https://public.example:8443/b", "https://other/b", "https://public.example.evil/b"]) {
      expect(await isSame(to), to).toBe(false);
    }
  });

  it.each(["http://127.0.0.1/x", "http://[::1]/x", "http://169.254.169.254/latest", "http://0x7f.1/x"])(
    "leads nobody from a public place into a private one: %s",
    async (to) => {
      expect(await judgeRedirect("http://public.example/a", to)).toBe(INWARDS);
      expect(await judgeRedirect("http://93.184.216.34/a", to)).toBe(INWARDS);
      expect(await judgeRedirect("http://unknown.example/a", to)).toBe(INWARDS);
      // Whoever asked a private place may be led about in it.
      expect(await judgeRedirect("http://inside.example/a", to)).toMatchObject({ isGuarded: false });
      expect(await judgeRedirect("http://192.168.1.1/a", to)).toMatchObject({ isGuarded: false });
    },
  );

  it("has names judged when they are resolved", async () => {
    expect(await judgeRedirect("http://public.example/a", "http://inside.example/b")).toMatchObject({
      isGuarded: true,
    });
    expect(await judgeRedirect("http://inside.example/a", "http://other.example/b")).toMatchObject({
      isGuarded: false,
    });
    // The host that was asked for is the caller's own choice.
    expect(await judgeRedirect("http://public.example/a", "/b")).toMatchObject({ isGuarded: false });
  });

  it("goes on judging once it began to, also where a name changed sides meanwhile", async () => {
    const lead = (from: string, to: string) => judgeRedirect(from, to, true);
    expect(await lead("http://inside.example/a", "http://other.example/b")).toMatchObject({ isGuarded: true });
    expect(await lead("http://public.example/a", "/b")).toMatchObject({ isGuarded: true });
    expect(await lead("http://inside.example/a", "http://127.0.0.1/b")).toBe(INWARDS);
  });

  it.each(["file:///etc/passwd", "ftp://public.example/a", "http://", "s3://bucket/a"])("refuses %s", async (to) => {
    expect(await judgeRedirect("http://public.example/a", to)).toBe(NO_ADDRESS);
  });
});
