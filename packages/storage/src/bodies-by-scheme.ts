import type { Bodies, BodyAnswer, BodyRequest } from "./body.js";

/** Bodies from wherever an address leads, by its scheme. */
export class BodiesByScheme implements Bodies {
  readonly #http: Bodies;
  readonly #s3: Bodies;

  constructor(http: Bodies, s3: Bodies) {
    this.#http = http;
    this.#s3 = s3;
  }

  async request(request: BodyRequest): Promise<BodyAnswer> {
    return (/^s3:/i.test(request.url) ? this.#s3 : this.#http).request(request);
  }
}
