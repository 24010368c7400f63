{{/* The ClusterWorkflowTemplate is the cluster's, so that its name holds the namespace of the release. */}}
{{- define "mctl.buildTemplateName" -}}
{{ printf "%s-build" (include "mctl.clusterRoleName" . | trunc 57 | trimSuffix "-") }}
{{- end }}

{{/* Accounts in the namespace of builds: one without rights for pods, one for Argo's executor in them. */}}
{{- define "mctl.buildAccountName" -}}
{{ printf "%s-build" (include "mctl.fullname" .) }}
{{- end }}

{{- define "mctl.buildLabels" -}}
{{ include "mctl.selectorLabels" . }}
app.kubernetes.io/component: build
{{- end }}
