# One image for every process of the engine; the command says which. No build step: Node runs the TypeScript as it is,
# and the worker bundles its workflows when it starts.
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci --omit=dev --no-audit --no-fund

FROM node:24.21.0-bookworm-slim
# kafkajs waits for negative times now and then, and Node would say so each time.
ENV NODE_ENV=production NODE_OPTIONS=--disable-warning=TimeoutNegativeWarning
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY activities activities
COPY api api
COPY bin bin
COPY domain domain
COPY handlers handlers
COPY infra infra
COPY ports ports
COPY schemas schemas
COPY workflows workflows
# A volume that is mounted here for the first time belongs to whom the folder belongs to.
RUN mkdir /files && chown node:node /files
USER node
EXPOSE 3000 9464
CMD ["node", "bin/api.ts"]
