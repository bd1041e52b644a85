import assert from "node:assert/strict";
import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { join } from "node:path";
import { test } from "node:test";
import { fairlead, Program } from "../support/program.ts";
import { portOf } from "../support/port-of.ts";
import { temporaryFolder } from "../support/temporary-folder.ts";
import { getPlain, importedLab, type ImportedLab } from "../support/imported-lab.ts";

const timeout = 120_000;

/** What a sample publishes. */
interface Sample {
  readonly name: string;
  /** URLs without the scheme, by the farm that they reach. */
  readonly published: Readonly<Record<string, readonly string[]>>;
  /** The farms' names where a block `exchange` stands for them. */
  readonly renamed: Readonly<Record<string, string>>;
  readonly notPublished: readonly string[];
  /** What clients get on the port for plain HTTP. */
  readonly plain: readonly [url: string, answer: string | RegExp];
}

const x = "exchange.localhost";

const option1: Sample = {
  name: "option-1",
  published: {
    [`mail.${x}`]: [
      `mail.${x}/owa/`,
      `mail.${x}/ecp/`,
      `mail.${x}/EWS/Exchange.asmx`,
      `mail.${x}/oab/lab/oab.xml`,
      `mail.${x}/Microsoft-Server-ActiveSync`,
      `mail.${x}/rpc/rpcproxy.dll`,
      `mail.${x}/mapi/emsmdb/`,
    ],
    [`autodiscover.${x}`]: [`autodiscover.${x}/autodiscover/autodiscover.xml`],
  },
  renamed: {},
  notPublished: [`www.${x}/owa/`, `xmail.${x}/owa/`],
  plain: [`mail.${x}/owa/`, "ECONNREFUSED"],
};

const protocols = {
  owa: "/owa/",
  ecp: "/ecp/",
  ews: "/EWS/Exchange.asmx",
  eas: "/Microsoft-Server-ActiveSync",
  oab: "/oab/lab/oab.xml",
  oa: "/rpc/rpcproxy.dll",
  autodiscover: "/autodiscover/autodiscover.xml",
} as const;

const perProtocol = Object.entries(protocols).map(([name, path]) => [`${name}.${x}`, [`${name}.${x}${path}`]] as const);

const option2: Sample = {
  name: "option-2",
  published: Object.fromEntries(perProtocol),
  renamed: Object.fromEntries(Object.keys(protocols).map((name) => [`${name}.${x}`, name])),
  notPublished: [`www.${x}/owa/`, `mail.${x}/owa/`, `oabx.${x}/oab/oab.xml`],
  plain: [`owa.${x}/owa/`, "ECONNREFUSED"],
};

const coexistence: Sample = {
  ...option2,
  name: "coexistence-2007",
  published: {
    ...option2.published,
    [`legacy.${x}`]: [`legacy.${x}/owa/auth/logon.aspx`, `legacy.${x}/EWS/Exchange.asmx`],
  },
};

const singleNamespace: Sample = {
  name: "single-namespace-block",
  published: {
    "mail-owa": [`mail.${x}/owa/`, `mail.${x}/OWA/auth/logon.aspx`],
    "mail-ecp": [`mail.${x}/ecp/`],
    "mail-ews": [`mail.${x}/EWS/Exchange.asmx`],
    "mail-eas": [`mail.${x}/Microsoft-Server-ActiveSync`],
    "mail-oab": [`mail.${x}/oab/lab/oab.xml`],
    "mail-oa": [`mail.${x}/rpc/rpcproxy.dll`, `mail.${x}/rpcwithcert/rpcproxy.dll`],
    "mail-mapi": [`mail.${x}/mapi/emsmdb/`],
    autodiscover: [`autodiscover.${x}/autodiscover/autodiscover.xml`, `mail.${x}/autodiscover/autodiscover.xml`],
  },
  renamed: Object.fromEntries(["owa", "ecp", "ews", "eas", "oab", "oa", "mapi"].map((name) => [`mail-${name}`, name])),
  notPublished: [`mail.${x}/owas/`, `mail.${x}/powershell`, `www.${x}/owa/`, `autodiscover.${x}/owa/`, `mail.${x}/`],
  plain: [`mail.${x}/owa/`, /^301 https:\/\/mail\.exchange\.localhost(?::\d+)?\/owa\/$/],
};

const both = ["127.0.0.1", "localhost"];
const onlySecond = ["127.0.0.1"];
const tries = 4;

/** That all URLs reach these farms, and which servers; the access log tells. */
async function serversOf(
  site: ImportedLab,
  urls: readonly Published[],
): Promise<Readonly<Record<string, readonly string[]>>> {
  const repeated = urls.flatMap((one) => Array.from({ length: tries }, () => one));
  const answers = await site.ask(repeated.map(({ url }) => url));
  assert.deepEqual(
    answers.map(({ farm }) => farm),
    repeated.map(({ farm }) => farm),
  );
  const reached = (url: string): readonly string[] =>
    [
      ...new Set(answers.filter((_, index) => repeated[index]?.url === url).map(({ server = "" }) => server)),
    ].toSorted();
  return Object.fromEntries(urls.map(({ url }) => [url, reached(url)]));
}

interface Published {
  readonly url: string;
  readonly farm: string;
}

/** With the farms' names in the imported configuration. */
function publishedBy({ published, renamed }: Sample, presets: boolean): readonly Published[] {
  return Object.entries(published).flatMap(([farm, urls]) =>
    urls.map((url) => ({ url, farm: presets ? (renamed[farm] ?? farm) : farm })),
  );
}

/** Each URL with its servers. */
function expected(
  urls: readonly Published[],
  servers: (url: string) => readonly string[],
): Readonly<Record<string, readonly string[]>> {
  return Object.fromEntries(urls.map(({ url }) => [url, servers(url)]));
}

for (const sample of [option1, option2, singleNamespace, coexistence]) {
  for (const presets of [true, false]) {
    test(`${sample.name} ${presets ? "with" : "without"} presets`, { timeout }, async (t) => {
      const site = await importedLab(t, { sample: sample.name, presets });
      const urls = publishedBy(sample, presets);
      assert.deepEqual(
        await serversOf(site, urls),
        expected(urls, () => both),
      );
      for (const answer of await site.ask(sample.notPublished)) {
        assert.equal(answer.farm, undefined, JSON.stringify(answer));
        assert.ok(answer.status < 500, JSON.stringify(answer));
      }
      const [plainUrl, answer] = sample.plain;
      const [host = "", ...path] = plainUrl.split("/");
      assert.match(await getPlain(site.httpPort, host, `/${path.join("/")}`), new RegExp(answer));
      // OWA stops on one server, which all that is judged by OWA's check leaves, and nothing else.
      const farm = urls.find(({ url }) => url.includes("/owa/"))?.farm ?? "";
      site.lab.stop("cas1", "owa");
      await site.untilHealthy(farm, "localhost", false);
      assert.deepEqual(
        await serversOf(site, urls),
        expected(urls, (url) => (urls.some((one) => one.url === url && one.farm === farm) ? onlySecond : both)),
      );
    });
  }
}

/** Rules alone, as of a site that stands before an application. */
const webConfig = `<?xml version="1.0"?>
<configuration>
  <system.webServer>
    <rewrite>
      <rules>
        <rule name="no admin" stopProcessing="true">
          <match url="^admin(/.*)?$" />
          <action type="CustomResponse" statusCode="403" statusReason="Forbidden" statusDescription="Not from here." />
        </rule>
        <rule name="moved" stopProcessing="true">
          <match url="^blog/(\\d+)$" />
          <action type="Redirect" url="/articles/{R:1}" redirectType="Found" />
        </rule>
        <rule name="versions" stopProcessing="false">
          <match url="^api/(.*)$" />
          <action type="Rewrite" url="v2/{R:1}" />
        </rule>
        <rule name="application" stopProcessing="true">
          <match url="(.*)" />
          <conditions>
            <add input="{URL}" pattern="\\.map$" negate="true" />
          </conditions>
          <serverVariables>
            <set name="HTTP_X_FROM" value="{HTTP_HOST}" />
          </serverVariables>
          <action type="Rewrite" url="http://localhost:PORT/{R:1}" />
        </rule>
      </rules>
    </rewrite>
  </system.webServer>
</configuration>
`;

/** What came, as the body. */
const echo = (head: string): string => {
  const [line = ""] = head.split("\r\n");
  const body = `${line} ${/^x-from: (.*)$/im.exec(head)?.[1] ?? ""} ${/^host: (.*)$/im.exec(head)?.[1] ?? ""}`;
  return `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};

test("a web.config with rules alone", { timeout }, async (t) => {
  const member = createServer((socket) => socket.on("data", (bytes) => socket.end(echo(bytes.toString()))));
  member.listen(0, "127.0.0.1");
  await once(member, "listening");
  t.after(() => member.close());
  const memberPort = portOf(member);
  const folder = await temporaryFolder();
  t.after(folder.remove);
  await writeFile(join(folder.path, "web.config"), webConfig.replace("PORT", `${memberPort}`));
  const imported = await fairlead(["import", "arr", "web.config", "-o", "fairlead.yaml"], { folder: folder.path });
  assert.equal(imported.code, 0, imported.errors);
  const file = join(folder.path, "fairlead.yaml");
  const yaml = await readFile(file, "utf8");
  // A web.config knows no ports: they are the usual ones, which a test may not have.
  await writeFile(file, `${yaml.replaceAll(/port: (?:80|443)\b/g, "address: 127.0.0.1, port: 0")}\nadmin: off\n`);
  const program = new Program(["run"], { folder: folder.path });
  t.after(() => program.kill());
  await program.untilOutput(/"event":"router.started"/);
  const [, port = ""] = await program.untilOutput(/"port":(\d+),"protocol":"http",/);
  const ask = async (path: string): Promise<string> => {
    const response = await fetch(`http://127.0.0.1:${port}${path}`, { redirect: "manual" });
    return `${response.status} ${response.headers.get("location") ?? (await response.text())}`;
  };
  assert.equal(await ask("/x/y?z=1"), `200 GET /x/y?z=1 HTTP/1.1 127.0.0.1:${port} localhost:${memberPort}`);
  assert.equal(await ask("/api/users"), `200 GET /v2/users HTTP/1.1 127.0.0.1:${port} localhost:${memberPort}`);
  assert.equal(await ask("/blog/17?a"), "302 /articles/17?a");
  assert.equal(await ask("/admin/users"), "403 Not from here.");
  assert.match(await ask("/site.js.map"), /^404 /);
});
