{{/* Any scalar as the string it was written as. Helm reads every number as a float: toJson keeps 1000000 from becoming 1e+06. */}}
{{- define "mctl.string" -}}
{{ kindIs "string" . | ternary . (toJson .) }}
{{- end }}

{{/* "true" where the setting has a value, in settings or of a Secret. Called with (list $ "NAME"). */}}
{{- define "mctl.has" -}}
{{- $values := (index . 0).Values -}}
{{- $name := index . 1 -}}
{{- $plain := dig $name "" $values.settings -}}
{{- if or (hasKey $values.existingSecrets $name) (not (has (include "mctl.string" $plain) (list "" "null"))) }}true{{ end -}}
{{- end }}

{{/* "true" where others than the local issuer vouch for callers. MCTL then listens on every address, otherwise on loopback: it refuses to start
on anything else, and is reached through kubectl port-forward. */}}
{{- define "mctl.isOpen" -}}
{{- $github := eq (dig "MCTL_GITHUB_TOKENS" false .Values.settings | toString) "true" -}}
{{- if or (include "mctl.has" (list . "MCTL_OIDC_ISSUERS")) (include "mctl.has" (list . "MCTL_SIGN_IN_GITHUB_CLIENT_ID")) $github }}true{{ end -}}
{{- end }}

{{/* "true" where the store is a PostgreSQL database, and nothing that lasts is in the data folder. */}}
{{- define "mctl.hasDatabase" -}}
{{- if hasKey .Values.existingSecrets "DATABASE_URL" }}true{{ end -}}
{{- end }}

{{/* "true" where MCTL asks the API server as its service account. */}}
{{- define "mctl.asksCluster" -}}
{{- if and (eq .Values.cluster.mode "kubernetes") (not (hasKey .Values.existingSecrets "MCTL_KUBECONFIG")) }}true{{ end -}}
{{- end }}

{{/* "true" where something needs the token of the service account: the API server, or Vault's Kubernetes auth method. */}}
{{- define "mctl.needsToken" -}}
{{- if or (include "mctl.asksCluster" .) (include "mctl.showsVault" .) }}true{{ end -}}
{{- end }}

{{/* "true" where a pod shows Vault the token of its account, the server's or that of steps: plans ask Vault in both. */}}
{{- define "mctl.showsVault" -}}
{{- if and (eq (dig "MCTL_SECRETS" "" .Values.settings | toString) "vault") (not (include "mctl.has" (list . "MCTL_VAULT_TOKEN_FILE"))) }}true{{ end -}}
{{- end }}

{{/* Settings that want a path, and get a mounted Secret. */}}
{{- define "mctl.isFile" -}}
{{- if or (hasSuffix "_FILE" .) (has . (list "MCTL_KUBECONFIG" "MCTL_GITOPS_SIGNING_KEY")) }}true{{ end -}}
{{- end }}

{{/* The settings of the ConfigMap, as YAML of strings: those given, and those that follow from other values. */}}
{{- define "mctl.settings" -}}
{{- $settings := dict -}}
{{- range $name, $value := .Values.settings }}
{{- if not (kindIs "invalid" $value) }}{{ $_ := set $settings $name (include "mctl.string" $value) }}{{ end }}
{{- end }}
{{- $_ := set $settings "PORT" "8080" }}
{{- $_ := set $settings "MCTL_HOST" (eq (include "mctl.isOpen" .) "true" | ternary (dig "MCTL_HOST" "0.0.0.0" .Values.settings) "127.0.0.1") }}
{{/* A folder that MCTL makes for its user alone: volumes are open to the group of the pod. */}}
{{- $_ := set $settings "MCTL_DATA_DIR" "/data/mctl" }}
{{- if eq .Values.cluster.mode "kubernetes" }}
{{- $_ := set $settings "MCTL_CLUSTER" "kubernetes" }}
{{- $_ := set $settings "MCTL_ARGOCD_NAMESPACE" .Values.argocd.namespace }}
{{- end }}
{{- $_ := set $settings "MCTL_DATABASE_NAMESPACE" .Values.databases.namespace }}
{{- if eq .Values.workflows.engine "argo" }}
{{- $_ := set $settings "MCTL_WORKFLOWS" "argo" }}
{{- $_ := set $settings "MCTL_ARGO_NAMESPACE" .Release.Namespace }}
{{- $_ := set $settings "MCTL_ARGO_TEMPLATE" (include "mctl.workflowTemplateName" .) }}
{{- end }}
{{- if ne .Values.builder.kind "none" }}{{ $_ := set $settings "MCTL_BUILDER" .Values.builder.kind }}{{ end }}
{{- if eq .Values.builder.kind "argo" }}
{{- $_ := set $settings "MCTL_BUILD_NAMESPACE" .Values.builder.namespace }}
{{- $_ := set $settings "MCTL_BUILD_REGISTRY" .Values.builder.registry }}
{{- $_ := set $settings "MCTL_BUILD_TEMPLATE" (include "mctl.buildTemplateName" .) }}
{{- end }}
{{- if and (hasKey .Values.existingSecrets "MCTL_GIT_PASSWORD_FILE") (not (hasKey $settings "MCTL_GIT_URL")) }}
{{- $_ := set $settings "MCTL_GIT_URL" (printf "http://%s.%s.svc:%v/git/gitops.git" (include "mctl.fullname" .) .Release.Namespace .Values.service.port) }}
{{- end }}
{{- toYaml $settings }}
{{- end }}

{{- define "mctl.workflowTemplateName" -}}
{{ .Values.workflows.template | default (include "mctl.fullname" .) }}
{{- end }}

{{/* Lists for any container that runs this image: `include "mctl.env" . | fromYamlArray`. */}}
{{- define "mctl.envFrom" -}}
- configMapRef: { name: {{ include "mctl.fullname" . | quote }} }
{{- end }}

{{- define "mctl.env" -}}
- name: POD_IP
  valueFrom: { fieldRef: { fieldPath: status.podIP } }
- name: MCTL_INSTANCE
  valueFrom: { fieldRef: { fieldPath: metadata.name } }
{{/* Prometheus asks by the pod's address, others in the cluster by the names of the Service. */}}
{{- $service := printf "%s.%s" (include "mctl.fullname" .) .Release.Namespace }}
{{- $allowed := list "$(POD_IP)" $service (printf "%s.svc" $service) (printf "%s.svc.cluster.local" $service) }}
- name: MCTL_ALLOWED_HOSTS
  value: {{ join "," (concat $allowed (dig "MCTL_ALLOWED_HOSTS" "" .Values.settings | splitList "," | compact)) | quote }}
{{- range $name, $secret := .Values.existingSecrets }}
- name: {{ $name }}
{{- if include "mctl.isFile" $name }}
  value: /etc/mctl/secrets/{{ $name }}
{{- else }}
  valueFrom: { secretKeyRef: { name: {{ $secret.name | quote }}, key: {{ $secret.key | quote }} } }
{{- end }}
{{- end }}
{{- if .Values.trustedCa.configMap }}
- name: NODE_EXTRA_CA_CERTS
  value: /etc/mctl/ca/ca.crt
{{- end }}
{{- with .Values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "mctl.volumes" -}}
- name: data
{{- if include "mctl.hasDatabase" . }}
  emptyDir: { sizeLimit: {{ .Values.ephemeralDataSize | quote }} }
{{- else }}
  persistentVolumeClaim: { claimName: {{ .Values.persistence.existingClaim | default (include "mctl.fullname" .) | quote }} }
{{- end }}
{{- with include "mctl.secretSources" (list .Values.existingSecrets true) }}
- name: secrets
  projected:
    defaultMode: 288 # 0440
    sources: {{- . | nindent 6 }}
{{- end }}
{{- with include "mctl.secretSources" (list .Values.secretFiles false) }}
- name: files
  projected:
    defaultMode: 288 # 0440
    sources: {{- . | nindent 6 }}
{{- end }}
{{- with .Values.trustedCa.configMap }}
- name: ca
  configMap: { name: {{ . | quote }}, items: [{ key: {{ $.Values.trustedCa.key | quote }}, path: ca.crt }] }
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Sources of a projected volume, one file each by its name. Called with (list SECRETS WHETHER_ONLY_FILE_SETTINGS). */}}
{{- define "mctl.secretSources" -}}
{{- $isSettings := index . 1 }}
{{- range $name, $secret := index . 0 }}
{{- if or (not $isSettings) (include "mctl.isFile" $name) }}
- secret: { name: {{ $secret.name | quote }}, items: [{ key: {{ $secret.key | quote }}, path: {{ $name | quote }} }] }
{{- end }}
{{- end }}
{{- end }}

{{- define "mctl.volumeMounts" -}}
- { name: data, mountPath: /data }
{{- if include "mctl.secretSources" (list .Values.existingSecrets true) }}
- { name: secrets, mountPath: /etc/mctl/secrets, readOnly: true }
{{- end }}
{{- if .Values.secretFiles }}
- { name: files, mountPath: /etc/mctl/files, readOnly: true }
{{- end }}
{{- if .Values.trustedCa.configMap }}
- { name: ca, mountPath: /etc/mctl/ca, readOnly: true }
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Path of the webhook's secret in the container; empty without one. */}}
{{- define "mctl.webhookSecretPath" -}}
{{- $name := "MCTL_ARGO_WEBHOOK_SECRET_FILE" -}}
{{- if hasKey .Values.existingSecrets $name }}/etc/mctl/secrets/{{ $name }}{{ else }}{{ dig $name "" .Values.settings }}{{ end -}}
{{- end }}

{{- define "mctl.notifyEnv" -}}
- name: WORKFLOW_NOTIFY_URL
  value: {{ printf "http://%s.%s.svc:%v" (include "mctl.fullname" .) .Release.Namespace .Values.service.port | quote }}
{{- with include "mctl.webhookSecretPath" . }}
- name: MCTL_ARGO_WEBHOOK_SECRET_FILE
  value: {{ . | quote }}
{{- end }}
{{- end }}

{{/* That one file, out of whichever volume holds it. */}}
{{- define "mctl.notifyMounts" -}}
{{- $path := include "mctl.webhookSecretPath" . }}
{{- if hasPrefix "/etc/mctl/secrets/" $path }}
- { name: secrets, mountPath: {{ $path | quote }}, subPath: {{ base $path | quote }}, readOnly: true }
{{- else if hasPrefix "/etc/mctl/files/" $path }}
- { name: files, mountPath: {{ $path | quote }}, subPath: {{ base $path | quote }}, readOnly: true }
{{- else if $path }}
{{- range .Values.extraVolumeMounts }}
{{- if or (eq .mountPath $path) (hasPrefix (printf "%s/" (trimSuffix "/" .mountPath)) $path) }}
{{ list . | toYaml }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
