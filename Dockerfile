# The image has Node, Fairlead and its dependencies; no npm, no compiler. docs/operations.md tells how to run it.
FROM node:22-slim AS build
WORKDIR /build
COPY package.json package-lock.json tsconfig.json ./
COPY src src
COPY test test
RUN npm ci --ignore-scripts --no-audit --no-fund \
 && npx tsc -p . \
 && npm prune --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:22-slim
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn*
WORKDIR /app
COPY package.json LICENSE ./
COPY bin bin
COPY --from=build /build/node_modules node_modules
COPY --from=build /build/dist/src dist/src
RUN mkdir /var/lib/fairlead && chown 65532:65532 /var/lib/fairlead
ENV NODE_ENV=production STATE_DIRECTORY=/var/lib/fairlead
# Owns nothing here: the root file system may be read-only.
USER 65532:65532
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.FAIRLEAD_ADMIN_PORT ?? 9900}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["node", "bin/fairlead.mjs"]
CMD ["run", "-c", "/etc/fairlead/fairlead.yaml"]
