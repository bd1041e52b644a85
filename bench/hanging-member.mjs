import { readFileSync } from "node:fs";
import { createServer as createTcpServer } from "node:net";
import { createServer as createTlsServer } from "node:tls";

// A member that takes every request and answers only one for /, so that the others hang.
const { port, tls, certificate, key } = JSON.parse(process.argv[2]);
const accept = (socket) => {
  socket.on("error", () => undefined);
  socket.on("data", (bytes) => {
    if (!bytes.includes("GET /hang")) socket.write("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  });
};
const server = tls
  ? createTlsServer({ key: readFileSync(key), cert: readFileSync(certificate) }, accept)
  : createTcpServer(accept);
server.listen({ port, host: "127.0.0.1", backlog: 4096 });
