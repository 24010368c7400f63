{{/* Peers of values as those of a NetworkPolicy. Called with the list. */}}
{{- define "mctl.peers" -}}
{{- range . }}
{{- if .namespace }}
- namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: {{ .namespace | quote }} } }
  {{- with .podLabels }}
  podSelector: { matchLabels: {{ toJson . }} }
  {{- end }}
{{- else if .cidr }}
- ipBlock: { cidr: {{ .cidr | quote }} }
{{- else }}
{{/* Every public address: no private network, and not the metadata of a cloud's machines (169.254.169.254). */}}
- ipBlock: { cidr: 0.0.0.0/0, except: [10.0.0.0/8, 100.64.0.0/10, 127.0.0.0/8, 169.254.0.0/16, 172.16.0.0/12, 192.168.0.0/16] }
- ipBlock: { cidr: '::/0', except: ['fc00::/7', 'fe80::/10'] }
{{- end }}
{{- end }}
{{- end }}

{{/* Where pods of this image may go, step pods as well: they read and write what MCTL does. */}}
{{- define "mctl.egress" -}}
{{- range .Values.networkPolicy.egress.dns }}
- to: {{- include "mctl.peers" (list .) | nindent 4 }}
  ports:
    {{- range .ports | default (list 53) }}
    - { port: {{ . }}, protocol: UDP }
    - { port: {{ . }}, protocol: TCP }
    {{- end }}
{{- end }}
{{- range $name, $peers := omit .Values.networkPolicy.egress "dns" }}
{{- range $peers }}
# {{ $name }}
- to: {{- include "mctl.peers" (list .) | nindent 4 }}
  ports:
    {{- range .ports }}
    - { port: {{ . }}, protocol: TCP }
    {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{/* Argo's controller puts this label on every pod it makes; the namespace of the release has no other Workflows. */}}
{{- define "mctl.stepSelector" -}}
matchExpressions: [{ key: workflows.argoproj.io/workflow, operator: Exists }]
{{- end }}
