# MCTL in a container; docs/install.md has both ways to run it, on one machine and in a cluster (deploy/helm/mctl).
#
#   docker build --build-arg REVISION="$(git rev-parse HEAD)" -t mctl .
#
# What it listens on: loopback, until somebody else than the local issuer vouches for callers. Then MCTL_HOST=0.0.0.0 and a published port
# work, with TLS in front; before, only --network host or a program in the same network namespace (kubectl port-forward) gets there.
#
# The root filesystem may be read-only: /data alone is written, by user 10001, and git has its temporary files there as well.

# Pinned to one version of Node, whose image still gets Debian's security fixes when it is built anew. For the very same image tomorrow give
# the digest that `docker buildx imagetools inspect` shows for it: --build-arg NODE_DIGEST=sha256:...
ARG NODE_IMAGE=node:24.21.0-bookworm-slim
ARG NODE_DIGEST=
ARG BASE=${NODE_IMAGE}${NODE_DIGEST:+@$NODE_DIGEST}

FROM ${BASE} AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY .swcrc ./
COPY scripts scripts
COPY src src
# The build loads the program once, which reads them.
COPY charts charts
COPY seed seed
# V8 compiles for the very version of Node and the flags that CMD below has (STARTS in scripts/lib/bundle.mjs).
RUN npm run build && npm prune --omit=dev

FROM ${BASE}
# git holds `git http-backend`, which serves the embedded repository; ssh is for ssh remotes.
RUN apt-get update \
 && apt-get install -y --no-install-recommends ca-certificates git openssh-client tini \
 && rm -rf /var/lib/apt/lists/* \
 && groupadd --gid 10001 mctl \
 && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin mctl \
 && install -d -o 10001 -g 10001 -m 0700 /data \
 && printf '#!/bin/sh\nexec node /app/dist/cli.js "$@"\n' > /usr/local/bin/mctl \
 && chmod 0755 /usr/local/bin/mctl

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
# Under a name that is served whatever MCTL_PUBLIC_URL says. Kubernetes has probes of its own.
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 8080}/healthz`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Signals reach the server, and what git leaves behind is reaped.
ENTRYPOINT ["/usr/bin/tini", "--"]
# The heap is bounded so that the collector runs before the container's memory limit is met, and its young generation is kept small
# (docs/performance.md). Commands like `mctl doctor` have Node's own bounds.
CMD ["node", "--max-semi-space-size=8", "--max-old-space-size=512", "dist/main.js"]
