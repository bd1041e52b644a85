import { closeSync, ftruncateSync, openSync } from "node:fs";
import { join } from "node:path";
import { nginxCommand, nginxListen } from "./proxies.mjs";

export const bigBytes = 10_000_000;

/** The member that everything is forwarded to: a small answer at /, 10 MB at /big. */
export function memberCommand(place) {
  const file = openSync(join(place.folder, "big"), "w");
  ftruncateSync(file, bigBytes);
  closeSync(file);
  return nginxCommand(
    place,
    `sendfile on; tcp_nopush on;
server { ${nginxListen(place)}
  location / { default_type text/plain; return 200 "${"a small answer ".repeat(5)}0123456789\\n"; }
  location = /big { root ${place.folder}; default_type application/octet-stream; }
}`,
  );
}
