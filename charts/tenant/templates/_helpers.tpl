{{/*
The tenant's namespaces as JSON: [{name, quotas}]. Every template is written once and ranges over this, so that the
preview namespace can never be the one with the weaker rules.
*/}}
{{- define "tenant.namespaces" -}}
{{- $t := .Values.tenant -}}
{{- $namespaces := list (dict "name" $t.name "quotas" $t.quotas) -}}
{{- if $t.preview.enabled -}}
{{- $namespaces = append $namespaces (dict "name" (printf "%s-preview" $t.name) "quotas" $t.preview.quotas) -}}
{{- end -}}
{{- toJson $namespaces -}}
{{- end }}

{{- define "tenant.labels" -}}
app.kubernetes.io/name: tenant
app.kubernetes.io/instance: {{ printf "tenant-%s" .Values.tenant.name | quote }}
app.kubernetes.io/part-of: {{ .Values.tenant.name | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
mctl.dev/team: {{ .Values.tenant.name | quote }}
{{- end }}

{{/* Head of an object from (root, namespace, name). */}}
{{- define "tenant.metadata" -}}
name: {{ .name | quote }}
namespace: {{ .namespace | quote }}
labels:
  {{- include "tenant.labels" .root | nindent 2 }}
{{- end }}

{{/* A map of quantities, each as a string: YAML numbers are no quantities, and a null takes its line out. */}}
{{- define "tenant.quantities" -}}
{{- range $resource, $quantity := . }}
{{- if not (kindIs "invalid" $quantity) }}
{{ $resource }}: {{ kindIs "string" $quantity | ternary $quantity (toJson $quantity) | quote }}
{{- end }}
{{- end }}
{{- end }}
