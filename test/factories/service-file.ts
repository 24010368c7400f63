/** A service's file as people keep it: comments, blank lines, both quotes, a container that runs the same image. */
export const COMMENTED = `# Service: payment-api
# Team: billing
# Chart: base-service

image:
  repository: ghcr.io/acme/payment-api   # built by CI
  tag: 1.2.3  # bumped by hand, see #412
service:
  port: 3000

# 2026-03: memory was too low (incident 77)
resources:
  requests: {cpu: 200m, memory: 256Mi}
  limits: {cpu: 500m, memory: 512Mi}
env:
  LOG_LEVEL: info   # debug floods
  # FEATURE_X: on
  GREETING: 'it''s fine'

initContainers:
  - name: migrate
    image: ghcr.io/acme/payment-api:1.2.3 # same image
  - name: wait
    image: busybox:1.36
`;
