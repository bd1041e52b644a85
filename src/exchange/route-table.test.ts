import assert from "node:assert/strict";
import { test } from "node:test";
import * as fc from "fast-check";
import { parseRouteHost } from "../config/route-host.ts";
import { RouteIndex } from "../router/route-index.ts";
import { entryOf, pointsOf, routeTable } from "./route-table.ts";

const hosts = ["mail.x.com", "x.com", "*.x.com", "*.com", "mail.*", "mail.x.*", undefined];
const paths = ["/", "/owa", "/owa/auth", "/OWAs", "/e"];

test("the table finds what the router's index finds, at all points that stand for others", () => {
  const route = fc.record({ host: fc.constantFrom(...hosts), path: fc.constantFrom(...paths), exact: fc.boolean() });
  fc.assert(
    fc.property(fc.uniqueArray(route, { maxLength: 8, selector: (one) => JSON.stringify(one) }), (list) => {
      const routes = list.map(({ host, ...rest }, index) => ({
        ...rest,
        ...(host === undefined ? {} : { host }),
        farm: `f${index}`,
      }));
      const table = routeTable(routes);
      const index = new RouteIndex(
        routes.map((one) => {
          const { path, exact, farm } = entryOf(one);
          const host = one.host === undefined ? null : parseRouteHost(one.host);
          return { host: host?.ok === true ? host.host : null, path, ...(exact ? { exact: true as const } : {}), farm };
        }),
        ({ farm }) => farm,
      );
      for (const [host, path] of pointsOf([routes]))
        assert.equal(table(host, path), index.find(host, path), `${host}${path}`);
    }),
    { numRuns: 500 },
  );
});
