# MCTL in a container.
#
#   docker build -t mctl .
#   docker run --network host -v mctl-data:/data mctl
#
# How it is reached: with the local issuer, the only identity there is so far, MCTL refuses to listen on anything but loopback.
# Publishing the port (-p) therefore leads nowhere. Either share the machine's network (--network host, Linux), or run a proxy
# in the same network namespace (a sidecar in the pod, or docker run --network container:mctl). Requests are answered only under
# the names localhost and 127.0.0.1 and that of MCTL_PUBLIC_URL: set it to the address clients use, and let the proxy keep Host.
# Whoever reaches the proxy can try tokens: it is the proxy that must keep strangers and plain http away.
#
# The root filesystem may be read-only (--read-only): only /data is written, and git uses it for temporary files as well.

# Give the digest of the tag to build the same image tomorrow: --build-arg NODE_DIGEST=sha256:...
ARG NODE_IMAGE=node:24-bookworm-slim
ARG NODE_DIGEST=
ARG BASE=${NODE_IMAGE}${NODE_DIGEST:+@$NODE_DIGEST}

FROM ${BASE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --no-audit --no-fund
COPY .swcrc ./
COPY scripts scripts
COPY src src
# The build loads the program once, which reads them.
COPY charts charts
COPY seed seed
RUN npm run build && npm prune --omit=dev --no-audit --no-fund

FROM ${BASE}
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates git openssh-client tini \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 mctl \
 && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin mctl \
 && install -d -o 10001 -g 10001 -m 0700 /data

WORKDIR /app
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/dist dist
COPY package.json LICENSE ./
COPY charts charts
COPY seed seed

ENV NODE_ENV=production \
    HOME=/data \
    TMPDIR=/data \
    MCTL_DATA_DIR=/data

ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="MCTL" \
      org.opencontainers.image.description="A self-hosted control plane for internal developer platforms" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}"

USER 10001:10001
VOLUME /data
EXPOSE 8080
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
ENTRYPOINT ["/usr/bin/tini", "--"]
# The heap is bounded so that the collector runs before the container's memory limit is met, and its young generation is kept small
# (docs/performance.md); the build compiled for just these flags. Commands like `audit rebuild` have Node's own bounds.
CMD ["node", "--max-semi-space-size=8", "--max-old-space-size=512", "dist/main.js"]
