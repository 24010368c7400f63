{{/* Of MCTL itself; steps of Workflows and tests are other components. */}}
{{- define "mctl.serverLabels" -}}
{{ include "mctl.selectorLabels" . }}
app.kubernetes.io/component: server
{{- end }}

{{/*
A probe of a path, without its times. The kubelet asks by the pod's address, under a name that is always served; where MCTL listens on loopback
only a program inside can ask. /readyz waits a second for git, hence the timeout. Called with (list $ PATH).
*/}}
{{- define "mctl.probe" -}}
{{- $path := index . 1 }}
{{- if include "mctl.isOpen" (index . 0) }}
httpGet:
  path: {{ $path }}
  port: http
  httpHeaders: [{ name: Host, value: localhost }]
{{- else }}
exec:
  command:
    - node
    - -e
    - {{ printf "fetch('http://127.0.0.1:8080%s').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))" $path | quote }}
{{- end }}
timeoutSeconds: 5
{{- end }}

{{- define "mctl.spread" -}}
- maxSkew: 1
  topologyKey: kubernetes.io/hostname
  whenUnsatisfiable: ScheduleAnyway
  labelSelector:
    matchLabels: {{- include "mctl.serverLabels" . | nindent 6 }}
{{- end }}

{{- define "mctl.testLabels" -}}
{{ include "mctl.selectorLabels" . }}
app.kubernetes.io/component: test
{{- end }}
