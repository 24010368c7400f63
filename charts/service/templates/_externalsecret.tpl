{{/* Head of one ExternalSecret from (root, name, spec): everything but where the data comes from. */}}
{{- define "service.externalSecretHead" -}}
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: {{ .name | quote }}
  labels:
    {{- include "service.labels" .root | nindent 4 }}
  {{- with .spec.annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  refreshInterval: {{ .spec.refreshInterval | default "1h" }}
  secretStoreRef:
    name: {{ .spec.store | default "tenant-store" | quote }}
    kind: {{ .spec.storeKind | default "SecretStore" }}
{{- end }}

{{/* What the API server would fill in: inside a list Argo CD would take it for drift and sync for ever. */}}
{{- define "service.remoteDefaults" -}}
conversionStrategy: Default
decodingStrategy: None
metadataPolicy: None
{{- end }}

{{/* One ExternalSecret from (root, name, spec): single keys of Vault, optionally shaped by a template. */}}
{{- define "service.externalSecret" -}}
{{- $spec := .spec -}}
{{- if eq ($spec.targetTemplateType | default "") "kubernetes.io/service-account-token" -}}
{{- fail "an ExternalSecret may not make a service account token" -}}
{{- end -}}
{{ include "service.externalSecretHead" . }}
  target:
    name: {{ $spec.targetSecret | default .name | quote }}
    creationPolicy: Owner
    {{- if or $spec.targetTemplateData $spec.targetTemplateType $spec.targetTemplateMetadataAnnotations }}
    template:
      # The keys below come on top of `data`, not in its place.
      mergePolicy: Merge
      {{- with $spec.targetTemplateType }}
      type: {{ . }}
      {{- end }}
      {{- with $spec.targetTemplateMetadataAnnotations }}
      metadata:
        annotations:
          {{- toYaml . | nindent 10 }}
      {{- end }}
      {{- with $spec.targetTemplateData }}
      data:
        {{- toYaml . | nindent 8 }}
      {{- end }}
    {{- end }}
  data:
    {{- range $spec.data }}
    - secretKey: {{ .secretKey | quote }}
      remoteRef:
        key: {{ .remoteKey | quote }}
        {{- with .property }}
        property: {{ . | quote }}
        {{- end }}
        {{- include "service.remoteDefaults" . | nindent 8 }}
    {{- end }}
{{- end }}
