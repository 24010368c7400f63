{{- define "service.team" -}}
{{ .Values.mctl.team | default .Release.Namespace }}
{{- end }}

{{- define "service.name" -}}
{{ .Values.mctl.service | default (trimPrefix (printf "%s-" (include "service.team" .)) .Release.Name) }}
{{- end }}

{{- define "service.fullname" -}}
{{ .Values.fullnameOverride | default .Release.Name }}
{{- end }}

{{/* Names are quoted throughout: a service may well be called "on" or "null". The selector is the immutable part of a Deployment,
so nothing else may creep in here. */}}
{{- define "service.selectorLabels" -}}
app.kubernetes.io/name: {{ include "service.name" . | quote }}
app.kubernetes.io/instance: {{ include "service.fullname" . | quote }}
{{- end }}

{{- define "service.labels" -}}
{{ include "service.selectorLabels" . }}
app.kubernetes.io/component: {{ .Values.type }}
app.kubernetes.io/part-of: {{ include "service.team" . | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
mctl.dev/team: {{ include "service.team" . | quote }}
mctl.dev/service: {{ include "service.name" . | quote }}
{{- with .Values.mctl.preview }}
mctl.dev/preview: {{ . | quote }}
{{- end }}
{{- with (.Values.backstage).kubernetesId }}
backstage.io/kubernetes-id: {{ . | quote }}
{{- end }}
{{- end }}

{{- define "service.metadata" -}}
name: {{ include "service.fullname" . | quote }}
labels:
  {{- include "service.labels" . | nindent 2 }}
{{- with .Values.preview }}
annotations:
  {{- range $key, $text := dict "created-at" .createdAt "expires-at" .expiresAt "requested-by" .requestedBy }}
  {{- with $text }}
  mctl.dev/{{ $key }}: {{ . | quote }}
  {{- end }}
  {{- end }}
{{- end }}
{{- end }}

{{/* The schema refuses a missing tag too; this is for whoever renders without it. */}}
{{- define "service.image" -}}
{{- with .Values.image -}}
{{- if not (or .tag .digest) }}{{ fail "image.tag or image.digest must be set: what runs is never left to chance" }}{{ end -}}
{{ .repository }}{{ with .tag }}:{{ . }}{{ end }}{{ with .digest }}@{{ . }}{{ end }}
{{- end -}}
{{- end }}

{{/* Any scalar as a quoted string. Helm reads every number as a float: toJson keeps 123456789 from becoming 1.23456789e+08. */}}
{{- define "service.string" -}}
{{ kindIs "string" . | ternary . (toJson .) | quote }}
{{- end }}

{{- define "service.serviceAccountName" -}}
{{ .Values.serviceAccount.name | default (.Values.serviceAccount.create | ternary (include "service.fullname" .) "default") }}
{{- end }}

{{- define "service.metricsPort" -}}
{{ eq (int .Values.metrics.port) (int .Values.service.port) | and (eq .Values.type "web") | ternary "http" "metrics" }}
{{- end }}

{{/* How many pods there are at the least. */}}
{{- define "service.replicas" -}}
{{- if .Values.autoscaling.enabled -}}
{{ int .Values.autoscaling.minReplicas }}
{{- else -}}
{{ kindIs "invalid" .Values.replicaCount | ternary 1 .Values.replicaCount | int }}
{{- end -}}
{{- end }}

{{/*
One probe from (root, kind). Only a web service has probes it did not ask for, and never a startup probe.
The defaults live here, not in values.yaml: merged values could not tell a worker's own probe from ours.
*/}}
{{- define "service.probe" -}}
{{- $web := eq .root.Values.type "web" -}}
{{- $given := get (.root.Values.probes | default dict) .kind -}}
{{- if and (kindIs "map" $given) (or $given (and $web (ne .kind "startup"))) -}}
{{- $defaults := get (dict
      "liveness" (dict "path" "/healthz" "initialDelaySeconds" 10 "periodSeconds" 15 "timeoutSeconds" 1 "failureThreshold" 3)
      "readiness" (dict "path" "/readyz" "initialDelaySeconds" 5 "periodSeconds" 10 "timeoutSeconds" 1 "failureThreshold" 3)
      "startup" (dict "path" "/healthz" "periodSeconds" 5 "timeoutSeconds" 1 "failureThreshold" 30)) .kind -}}
{{- $probe := merge (deepCopy $given) $defaults -}}
{{- if not (or $probe.httpGet $probe.exec $probe.tcpSocket $probe.grpc) -}}
{{- $port := $probe.port | default ($web | ternary "http" .root.Values.service.port) -}}
{{- $_ := set $probe "httpGet" (merge (dict "port" $port) (pick $probe "path" "scheme" "httpHeaders")) -}}
{{- end -}}
{{ .kind }}Probe:
  {{- omit $probe "path" "port" "scheme" "httpHeaders" | toYaml | nindent 2 }}
{{- end -}}
{{- end }}

{{/* Containers a file brings along, held to the same security context as our own. */}}
{{- define "service.containers" -}}
{{- range .containers }}
- {{ merge (deepCopy .) (dict "securityContext" $.root.Values.containerSecurityContext) | toYaml | nindent 2 | trim }}
{{- end }}
{{- end }}

{{- define "service.volumes" -}}
{{- $root := . -}}
{{- range $name, $claim := .Values.persistence }}
{{- if and $claim.mountPath (dig "enabled" true $claim) }}
- name: {{ $name | quote }}
  persistentVolumeClaim:
    claimName: {{ include "service.fullname" $root }}-{{ $name }}
{{- end }}
{{- end }}
{{- with .Values.extraVolumes }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "service.volumeMounts" -}}
{{- range $name, $claim := .Values.persistence }}
{{- if and $claim.mountPath (dig "enabled" true $claim) }}
- name: {{ $name | quote }}
  mountPath: {{ $claim.mountPath | quote }}
{{- end }}
{{- end }}
{{- with .Values.extraVolumeMounts }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* `host` (a name or a list) and `hosts` as one JSON list. */}}
{{- define "service.hosts" -}}
{{- concat (kindIs "slice" .host | ternary .host (list .host)) (.hosts | default list) | compact | uniq | toJson }}
{{- end }}

{{- define "service.ports" -}}
{{- $web := eq .Values.type "web" -}}
{{- $metrics := and .Values.metrics.enabled (eq (include "service.metricsPort" .) "metrics") -}}
{{- if or $web $metrics -}}
ports:
  {{- if $web }}
  - name: http
    containerPort: {{ .Values.service.port }}
  {{- end }}
  {{- if $metrics }}
  - name: metrics
    containerPort: {{ .Values.metrics.port }}
  {{- end }}
{{- end -}}
{{- end }}
