{{/*
What does not go together, before anything is installed; all of it at once, one line each, with what to do.
*/}}
{{- define "mctl.check" -}}
{{- $problems := list -}}
{{- $given := .Values.existingSecrets -}}

{{- range $name, $instead := dict
  "PORT" "the container listens on 8080; service.port is what others see"
  "MCTL_DATA_DIR" "it is on the volume at /data; see persistence and ephemeralDataSize"
  "MCTL_INSTANCE" "it is the name of the pod"
  "MCTL_CLUSTER" "set cluster.mode"
  "MCTL_ARGOCD_NAMESPACE" "set argocd.namespace"
  "MCTL_DATABASE_NAMESPACE" "set databases.namespace"
  "MCTL_WORKFLOWS" "set workflows.engine"
  "MCTL_ARGO_NAMESPACE" "Workflows are in the namespace of the release"
  "MCTL_ARGO_TEMPLATE" "set workflows.template"
  "MCTL_BUILDER" "set builder.kind"
  "MCTL_BUILD_NAMESPACE" "set builder.namespace"
  "MCTL_BUILD_TEMPLATE" "the chart names it"
  "MCTL_BUILD_REGISTRY" "set builder.registry" }}
{{- if or (hasKey $.Values.settings $name) (hasKey $given $name) }}
{{- $problems = append $problems (printf "settings.%s is not set here: %s" $name $instead) }}
{{- end }}
{{- end }}

{{- range $name, $value := .Values.settings }}
{{- $text := include "mctl.string" $value }}
{{- if hasKey $given $name }}
{{- $problems = append $problems (printf "%s is in settings and in existingSecrets: keep one of them" $name) }}
{{- else if or (has $name (list "DATABASE_URL" "MCTL_DATABASE_ADMIN_URL" "OTEL_EXPORTER_OTLP_HEADERS")) (regexMatch "://[^/@]*:[^/@]*@" $text) }}
{{- $problems = append $problems (printf "settings.%s would put a credential into a ConfigMap: put it into a Secret and name that: existingSecrets.%s={name: ..., key: ...}" $name $name) }}
{{- else if and (include "mctl.isFile" $name) (not (hasPrefix "/" $text)) }}
{{- $problems = append $problems (printf "settings.%s is a path inside the container: name the Secret that holds the file, existingSecrets.%s={name: ..., key: ...}, or mount one with extraVolumes and give its absolute path" $name $name) }}
{{- end }}
{{- end }}

{{- if not (has (dig "MCTL_HOST" "::" .Values.settings) (list "::" "0.0.0.0")) }}
{{- $problems = append $problems "settings.MCTL_HOST is :: in a cluster with IPv6 and 0.0.0.0 in any other, which is the default; without a way to sign in it is loopback" }}
{{- end }}

{{- if include "mctl.hasDatabase" . }}
{{- if not (include "mctl.has" (list . "MCTL_GITOPS_REMOTE")) }}
{{- $problems = append $problems "existingSecrets.DATABASE_URL needs a remote repository: set settings.MCTL_GITOPS_REMOTE" }}
{{- end }}
{{- if not (hasKey $given "MCTL_KEY_FILE") }}
{{- $problems = append $problems "existingSecrets.DATABASE_URL needs existingSecrets.MCTL_KEY_FILE={name: ..., key: ...}: every replica signs with the same key, and none has a disk that lasts. To make one: openssl genpkey -algorithm ed25519" }}
{{- end }}
{{- else if gt (int .Values.replicas) 1 }}
{{- $problems = append $problems (printf "replicas=%d needs a database that all of them share: existingSecrets.DATABASE_URL={name: ..., key: ...}, settings.MCTL_GITOPS_REMOTE and existingSecrets.MCTL_KEY_FILE; or set replicas=1" (int .Values.replicas)) }}
{{- end }}
{{- if and (not (include "mctl.isOpen" .)) (gt (int .Values.replicas) 1) }}
{{- $problems = append $problems "replicas > 1 need a way to sign in that all of them know: settings.MCTL_OIDC_ISSUERS, MCTL_SIGN_IN_GITHUB_CLIENT_ID or MCTL_GITHUB_TOKENS" }}
{{- end }}

{{- if eq .Values.workflows.engine "argo" }}
{{- if ne .Values.cluster.mode "kubernetes" }}
{{- $problems = append $problems "workflows.engine=argo needs cluster.mode=kubernetes" }}
{{- end }}
{{- if not (include "mctl.hasDatabase" .) }}
{{- $problems = append $problems "workflows.engine=argo needs existingSecrets.DATABASE_URL={name: ..., key: ...}: the pods of its steps share the store" }}
{{- end }}
{{- end }}
{{- if and (not .Values.serviceAccount.create) (not .Values.serviceAccount.name) (include "mctl.needsToken" .) }}
{{- $problems = append $problems "serviceAccount.create=false needs serviceAccount.name: the account default is that of every pod here, and would get MCTL's rights" }}
{{- end }}

{{- if .Values.ingress.enabled }}
{{- if not (include "mctl.isOpen" .) }}
{{- $problems = append $problems "ingress.enabled needs a way to sign in: settings.MCTL_OIDC_ISSUERS, MCTL_SIGN_IN_GITHUB_CLIENT_ID or MCTL_GITHUB_TOKENS; tokens of the local issuer are for kubectl port-forward" }}
{{- end }}
{{- if not (include "mctl.has" (list . "MCTL_PUBLIC_URL")) }}
{{- $problems = append $problems "ingress.enabled needs settings.MCTL_PUBLIC_URL, e.g. https://mctl.example.org: its host is that of the ingress, and clients trust no other" }}
{{- end }}
{{- end }}
{{- if and .Values.serviceMonitor.enabled (not (include "mctl.isOpen" .)) }}
{{- $problems = append $problems "serviceMonitor.enabled: MCTL listens on loopback while nobody but the local issuer vouches for callers; set settings.MCTL_OIDC_ISSUERS, MCTL_SIGN_IN_GITHUB_CLIENT_ID or MCTL_GITHUB_TOKENS" }}
{{- end }}
{{- if and (hasKey $given "MCTL_GIT_PASSWORD_FILE") (not (include "mctl.isOpen" .)) }}
{{- $problems = append $problems "existingSecrets.MCTL_GIT_PASSWORD_FILE: MCTL listens on loopback, where Argo CD cannot read the repository, while nobody but the local issuer vouches for callers; set settings.MCTL_OIDC_ISSUERS, MCTL_SIGN_IN_GITHUB_CLIENT_ID or MCTL_GITHUB_TOKENS" }}
{{- end }}
{{- $problems = concat $problems (include "mctl.identityProblems" . | fromYamlArray) }}
{{- $problems = concat $problems (include "mctl.vaultProblems" . | fromYamlArray) }}
{{- $problems = concat $problems (include "mctl.builderProblems" . | fromYamlArray) }}
{{- $problems = concat $problems (include "mctl.networkProblems" . | fromYamlArray) }}
{{- with $problems }}
{{- fail (printf "\n\nThese values do not go together:\n  - %s\n" (join "\n  - " .)) }}
{{- end }}
{{- end }}

{{/* Who signs in, who administers, at which address: what the program itself would refuse at its start. */}}
{{- define "mctl.identityProblems" -}}
{{- $problems := list -}}
{{- $id := include "mctl.has" (list . "MCTL_SIGN_IN_GITHUB_CLIENT_ID") -}}
{{- $file := include "mctl.has" (list . "MCTL_SIGN_IN_GITHUB_CLIENT_SECRET_FILE") -}}
{{- if and $id (not $file) }}
{{- $problems = append $problems "MCTL_SIGN_IN_GITHUB_CLIENT_ID needs the client secret of that app: existingSecrets.MCTL_SIGN_IN_GITHUB_CLIENT_SECRET_FILE={name: ..., key: ...}" }}
{{- else if and $file (not $id) }}
{{- $problems = append $problems "MCTL_SIGN_IN_GITHUB_CLIENT_SECRET_FILE needs settings.MCTL_SIGN_IN_GITHUB_CLIENT_ID, the app whose secret it is" }}
{{- end }}
{{- $admins := dig "MCTL_ADMINS" "unset" .Values.settings | toString | replace "," "" | trim -}}
{{- if or (eq $admins "") (and (include "mctl.isOpen" .) (not (include "mctl.has" (list . "MCTL_ADMINS")))) }}
{{- $problems = append $problems "settings.MCTL_ADMINS must name the logins of the administrators, e.g. ada or ada,joan: among logins that others vouch for nobody is one by default" }}
{{- end }}
{{- with dig "MCTL_PUBLIC_URL" "" .Values.settings }}
{{- if and (or $.Values.ingress.enabled (include "mctl.isOpen" $)) (not (hasPrefix "https://" (toString .))) }}
{{- $problems = append $problems (printf "settings.MCTL_PUBLIC_URL must begin with https://, and %q does not: browsers and OAuth clients trust no other" (toString .)) }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{- define "mctl.vaultProblems" -}}
{{- $problems := list -}}
{{- if eq (dig "MCTL_SECRETS" "" .Values.settings | toString) "vault" }}
{{- if not (include "mctl.has" (list . "MCTL_VAULT_ADDR")) }}
{{- $problems = append $problems "settings.MCTL_SECRETS=vault needs settings.MCTL_VAULT_ADDR, e.g. https://vault.vault.svc:8200" }}
{{- end }}
{{- $role := include "mctl.has" (list . "MCTL_VAULT_ROLE") -}}
{{- if eq $role (include "mctl.has" (list . "MCTL_VAULT_TOKEN_FILE")) }}
{{- $problems = append $problems (printf "settings.MCTL_SECRETS=vault needs one way to sign in, and has %s: settings.MCTL_VAULT_ROLE (as the service account), or existingSecrets.MCTL_VAULT_TOKEN_FILE={name: ..., key: ...}" (ternary "two" "none" (eq $role "true"))) }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{- define "mctl.builderProblems" -}}
{{- $problems := list -}}
{{- with .Values.builder }}
{{- if ne .kind "none" }}
{{- if not (and (include "mctl.has" (list $ "MCTL_GITHUB_APP_CLIENT_ID")) (include "mctl.has" (list $ "MCTL_GITHUB_APP_PRIVATE_KEY_FILE"))) }}
{{- $problems = append $problems (printf "builder.kind=%s needs the GitHub App: settings.MCTL_GITHUB_APP_CLIENT_ID and existingSecrets.MCTL_GITHUB_APP_PRIVATE_KEY_FILE={name: ..., key: ...}" .kind) }}
{{- end }}
{{- end }}
{{- if eq .kind "argo" }}
{{- if ne $.Values.cluster.mode "kubernetes" }}
{{- $problems = append $problems "builder.kind=argo needs cluster.mode=kubernetes" }}
{{- end }}
{{- if not .registry }}
{{- $problems = append $problems "builder.kind=argo needs builder.registry, e.g. registry.example.org/apps" }}
{{- else if contains "://" .registry }}
{{- $problems = append $problems (printf "builder.registry is a prefix of images’ names, without scheme: %s" (regexReplaceAll "^.*://" .registry "")) }}
{{- end }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}

{{/* What the settings use, and the network policy would cut off. */}}
{{- define "mctl.networkProblems" -}}
{{- $policy := .Values.networkPolicy -}}
{{- $problems := list -}}
{{- if $policy.enabled }}
{{- $github := or (eq .Values.builder.kind "github") (include "mctl.has" (list . "MCTL_GITHUB_APP_CLIENT_ID")) (include "mctl.has" (list . "MCTL_SIGN_IN_GITHUB_CLIENT_ID")) (eq (dig "MCTL_GITHUB_TOKENS" false .Values.settings | toString) "true") }}
{{- range $key, $need := dict
  "apiServer" (list "cluster.mode=kubernetes" (include "mctl.asksCluster" .) 6443)
  "postgres" (list "existingSecrets.DATABASE_URL" (include "mctl.hasDatabase" .) 5432)
  "git" (list "MCTL_GITOPS_REMOTE" (include "mctl.has" (list . "MCTL_GITOPS_REMOTE")) 443)
  "vault" (list "MCTL_VAULT_ADDR" (include "mctl.has" (list . "MCTL_VAULT_ADDR")) 8200)
  "loki" (list "MCTL_LOKI_URL" (include "mctl.has" (list . "MCTL_LOKI_URL")) 3100)
  "prometheus" (list "MCTL_PROMETHEUS_URL" (include "mctl.has" (list . "MCTL_PROMETHEUS_URL")) 9090)
  "github" (list "GitHub" $github 443)
  "oidc" (list "An issuer (MCTL_OIDC_ISSUERS, MCTL_OAUTH_CI)" (or (include "mctl.has" (list . "MCTL_OIDC_ISSUERS")) (include "mctl.has" (list . "MCTL_OAUTH_CI"))) 443)
  "databaseServer" (list "MCTL_DATABASE_ADMIN_URL" (or (include "mctl.has" (list . "MCTL_DATABASE_ADMIN_URL")) (include "mctl.has" (list . "MCTL_DATABASE_ADMIN_URL_FILE"))) 5432)
  "traces" (list "OTEL_EXPORTER_OTLP_ENDPOINT" (include "mctl.has" (list . "OTEL_EXPORTER_OTLP_ENDPOINT")) 4318) }}
{{- if and (index $need 1) (not (index $policy.egress $key)) }}
{{- $problems = append $problems (printf "%s is used, and the network policy lets nothing go there: set networkPolicy.egress.%s, e.g. [{namespace: NAME, ports: [%d]}], [{cidr: 192.0.2.10/32, ports: [%d]}] or [{internet: true, ports: [%d]}]; or networkPolicy.enabled=false" (index $need 0) $key (index $need 2) (index $need 2) (index $need 2)) }}
{{- end }}
{{- end }}
{{- if and (or .Values.ingress.enabled (include "mctl.isOpen" .)) (not $policy.ingress) }}
{{- $problems = append $problems "People may sign in, and the network policy lets nobody in: name the ingress controller (and Prometheus, and who else calls), networkPolicy.ingress=[{namespace: NAME}]; or networkPolicy.enabled=false" }}
{{- end }}
{{- end }}
{{- toYaml $problems }}
{{- end }}
