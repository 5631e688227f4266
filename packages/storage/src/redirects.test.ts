import { describe, expect, it } from "vitest";
import { checkRedirect, DOWNGRADE } from "./redirects.js";

const given = new Set(["authorization", "x-key"]);
const request = (href: string) => ({
  href,
  protocol: new URL(href).protocol,
  headers: { Authorization: "Bearer x", "X-KEY": "y", Range: "bytes=0-1" },
});

describe("checkRedirect", () => {
  it("refuses to leave https", () => {
    const from = { url: "https://host/a" };
    expect(() => checkRedirect(request("http://host/b"), from, given)).toThrow(DOWNGRADE);
    expect(() => checkRedirect(request("https://other/b"), from, given)).not.toThrow();
  });

  it("keeps given headers for the same origin alone", () => {
    const from = { url: "https://host/a" };
    const same = request("https://host/b");
    checkRedirect(same, from, given);
    expect(Object.keys(same.headers)).toEqual(["Authorization", "X-KEY", "Range"]);
    for (const href of ["https://host:8443/b", "https://other/b", "https://host.evil/b"]) {
      const other = request(href);
      checkRedirect(other, from, given);
      expect(Object.keys(other.headers), href).toEqual(["Range"]);
    }
    const unknown = request("https://host/b");
    checkRedirect(unknown, undefined, given);
    expect(Object.keys(unknown.headers)).toEqual(["Range"]);
  });
});
