# Three images of one build: `servers` (name server, broker), `shop` (order, payment), `alerts`.
FROM node:22-bookworm-slim AS sources
WORKDIR /app
COPY . .

FROM sources AS build
RUN npm ci --no-audit --no-fund && npm run build
# What runs: compiled code, pages and programs, without sources.
RUN mkdir -p /out/bin && cp bin/* /out/bin/ && cp package.json /out/ \
  && for each in libs/* apps/*; do \
       mkdir -p "/out/$each" && cp "$each/package.json" "/out/$each/" && cp -a "$each/dist" "/out/$each/"; \
       if [ -d "$each/pages" ]; then cp -r "$each/pages" "/out/$each/"; fi; \
     done

FROM sources AS server-modules
RUN npm ci --omit=dev --no-audit --no-fund -w @rocket-nest/app-namesrv -w @rocket-nest/app-broker

FROM sources AS shop-modules
RUN npm ci --omit=dev --no-audit --no-fund -w @rocket-nest/app-order -w @rocket-nest/app-payment

FROM sources AS alerts-modules
RUN npm ci --omit=dev --no-audit --no-fund -w @rocket-nest/app-alerts

FROM node:22-bookworm-slim AS runtime
ENV NODE_ENV=production
WORKDIR /app
# Volumes take their owner from here.
RUN mkdir -p /data /keys && chown node:node /data /keys
USER node

FROM runtime AS servers
COPY --from=server-modules /app/node_modules node_modules
COPY --from=build /out ./

FROM runtime AS shop
COPY --from=shop-modules /app/node_modules node_modules
COPY --from=build /out ./

FROM runtime AS alerts
COPY --from=alerts-modules /app/node_modules node_modules
COPY --from=build /out ./
