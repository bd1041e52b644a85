import type { LabResponse } from "./lab-exchange.ts";

/** The answer of http.sys for an application pool that is stopped. */
export const serviceUnavailable: LabResponse = {
  status: 503,
  fields: [
    ["Content-Type", "text/html; charset=us-ascii"],
    ["Server", "Microsoft-HTTPAPI/2.0"],
    ["Connection", "close"],
  ],
  body: [
    '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01//EN""http://www.w3.org/TR/html4/strict.dtd">',
    "<HTML><HEAD><TITLE>Service Unavailable</TITLE>",
    '<META HTTP-EQUIV="Content-Type" Content="text/html; charset=us-ascii"></HEAD>',
    "<BODY><h2>Service Unavailable</h2>",
    "<hr><p>HTTP Error 503. The service is unavailable.</p>",
    "</BODY></HTML>",
    "",
  ].join("\r\n"),
};
