{{/* Annotations of one ingress: its own, the certificate issuer, and the middleware that asks before each request. */}}
{{- define "service.ingressAnnotations" -}}
{{- $annotations := deepCopy (.spec.annotations | default dict) -}}
{{- if and .spec.clusterIssuer (not (hasKey $annotations "cert-manager.io/issuer")) -}}
{{- $annotations = merge $annotations (dict "cert-manager.io/cluster-issuer" .spec.clusterIssuer) -}}
{{- end -}}
{{- if (.spec.forwardAuth).enabled -}}
{{- $middleware := printf "%s-%s-forward-auth@kubernetescrd" .root.Release.Namespace (include "service.fullname" .root) -}}
{{- $key := "traefik.ingress.kubernetes.io/router.middlewares" -}}
{{- $_ := set $annotations $key (list $middleware (get $annotations $key) | compact | join ",") -}}
{{- end -}}
{{- $annotations | toYaml -}}
{{- end }}

{{/* One Ingress from (root, name, spec). */}}
{{- define "service.ingress" -}}
{{- $hosts := include "service.hosts" .spec | fromJsonArray -}}
{{- $annotations := include "service.ingressAnnotations" . | fromYaml -}}
{{- $signed := or (hasKey $annotations "cert-manager.io/cluster-issuer") (hasKey $annotations "cert-manager.io/issuer") -}}
{{- $tls := .spec.tls -}}
{{- if and (kindIs "invalid" $tls) $signed -}}
{{- $tls = list (dict "secretName" (printf "%s-tls" .name) "hosts" $hosts) -}}
{{- end -}}
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: {{ .name | quote }}
  labels:
    {{- include "service.labels" .root | nindent 4 }}
  {{- with $annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
spec:
  ingressClassName: {{ .spec.className }}
  {{- with $tls }}
  tls:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  rules:
    {{- range $hosts }}
    - host: {{ . | quote }}
      http:
        paths:
          - path: {{ $.spec.path | quote }}
            pathType: {{ $.spec.pathType }}
            backend:
              service:
                name: {{ include "service.fullname" $.root | quote }}
                port:
                  name: http
    {{- end }}
{{- end }}
