/** The built-in values, in the units of the configuration file. The schema documents them and the resolver applies them. */
export const builtInDefaults = {
  listener: { header: "20s", maxHeader: "128KiB", tls: "intermediate", strictSni: false, mode: "0660" },
  clientCertificate: { require: true, header: "X-ARR-ClientCert" },
  health: {
    method: "GET",
    every: "5s",
    whileFailing: "1s",
    jitter: "20%",
    timeout: "2s",
    fall: 2,
    rise: 2,
    status: "200-399",
  },
  failover: { tries: 2, replay: "64KiB" },
  // memberKeepAlive stays below the 60 s of most servers (IIS keeps 120 s).
  timeouts: { connect: "5s", response: "60s", idle: "5m", keepAlive: "120s", memberKeepAlive: "55s" },
  balance: "least-requests",
  connectionAuth: "auto",
  tls: { verify: true, minVersion: "TLSv1.2" },
  route: { path: "/", exact: false },
  forwarded: { standard: false },
  acme: { directory: "letsencrypt", challenge: "auto", key: "ecdsa", folder: ".fairlead/acme" },
  admin: { address: "127.0.0.1", port: 9900 },
  metrics: { port: 9901, allow: ["127.0.0.1", "::1"] },
  workers: 0,
} as const;
