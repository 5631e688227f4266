/** No signature, and no look at credentials of any kind. */
export function anonymous() {
  const scheme = "smithy.api#noAuth";
  return {
    httpAuthSchemes: [
      {
        schemeId: scheme,
        identityProvider: () => async () => ({}),
        signer: { sign: async <Request>(request: Request) => request },
      },
    ],
    httpAuthSchemeProvider: () => [{ schemeId: scheme }],
  };
}

/** The SDK warns on Node 20 of versions yet to come; ours is exact, and what it writes is nothing a user could act on. */
export function withoutVersionWarning<Made>(make: () => Made): Made {
  if (typeof process === "undefined" || process.env === undefined) return make();
  const { env } = process;
  const before = env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED;
  env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = "true";
  try {
    return make();
  } finally {
    if (before === undefined) delete env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED;
    else env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED = before;
  }
}
