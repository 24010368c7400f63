{{/* Cluster-wide names, and names in namespaces of others, hold the namespace of the release: another installation has another. */}}
{{- define "mctl.clusterRoleName" -}}
{{ printf "%s-%s" .Release.Namespace (include "mctl.fullname" .) }}
{{- end }}

{{- define "mctl.subject" -}}
- { kind: ServiceAccount, name: {{ include "mctl.serviceAccountName" . | quote }}, namespace: {{ .Release.Namespace | quote }} }
{{- end }}

{{- define "mctl.argocdRules" -}}
- { apiGroups: [argoproj.io], resources: [applications], verbs: [list, watch, patch] }
{{- end }}

{{- define "mctl.databaseRules" -}}
- { apiGroups: [postgresql.cnpg.io], resources: [databases], verbs: [get] }
{{- end }}

{{- define "mctl.workflowRules" -}}
- { apiGroups: [argoproj.io], resources: [workflows], verbs: [create, get, list, watch, patch, delete] }
- { apiGroups: [''], resources: [pods], verbs: [list] }
- { apiGroups: [''], resources: [pods/log], verbs: [get] }
{{- end }}

{{/* Credentials of a build are made and taken away, never read. */}}
{{- define "mctl.buildRules" -}}
- { apiGroups: [argoproj.io], resources: [workflows], verbs: [create, get, patch] }
- { apiGroups: [''], resources: [secrets], verbs: [create, delete] }
- { apiGroups: [''], resources: [pods], verbs: [list] }
- { apiGroups: [''], resources: [pods/log], verbs: [get] }
{{- end }}
