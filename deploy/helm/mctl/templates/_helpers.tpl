{{- define "mctl.name" -}}
{{ .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{/* 50 characters leave room for what Kubernetes and Argo add behind it. */}}
{{- define "mctl.fullname" -}}
{{- $name := include "mctl.name" . -}}
{{- $full := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{ .Values.fullnameOverride | default $full | trunc 50 | trimSuffix "-" }}
{{- end }}

{{/* The immutable part of a Deployment; `component` is added by each kind of pod, so that none selects another. */}}
{{- define "mctl.selectorLabels" -}}
app.kubernetes.io/name: {{ include "mctl.name" . | quote }}
app.kubernetes.io/instance: {{ .Release.Name | quote }}
{{- end }}

{{- define "mctl.labels" -}}
{{ include "mctl.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/part-of: mctl
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | quote }}
{{- end }}

{{- define "mctl.image" -}}
{{- with .Values.image -}}
{{ required "image.repository must name where the image lies, e.g. registry.example.org/platform/mctl" .repository }}:{{ .tag | default $.Chart.AppVersion }}{{ with .digest }}@{{ . }}{{ end }}
{{- end -}}
{{- end }}

{{- define "mctl.serviceAccountName" -}}
{{ .Values.serviceAccount.name | default (.Values.serviceAccount.create | ternary (include "mctl.fullname" .) "default") }}
{{- end }}

{{/* Of the pods that run steps of Workflows: not MCTL's own, they need far less. */}}
{{- define "mctl.workflowServiceAccountName" -}}
{{ printf "%s-workflow" (include "mctl.fullname" .) }}
{{- end }}

{{/* Pod Security "restricted". The group may read mounted Secrets; volumes that have it already are not walked through again, so that keys
that MCTL made for its user alone stay so. */}}
{{- define "mctl.podSecurityContext" -}}
runAsNonRoot: true
runAsUser: 10001
runAsGroup: 10001
fsGroup: 10001
fsGroupChangePolicy: OnRootMismatch
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "mctl.containerSecurityContext" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}
