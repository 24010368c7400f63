{{/* One NetworkPolicy for all pods of a namespace from (root, namespace, name, spec). */}}
{{- define "tenant.networkPolicy" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "tenant.metadata" . | nindent 2 }}
spec:
  podSelector: {}
  {{- .spec | nindent 2 }}
{{- end }}

{{/* All pods of one namespace, as the peer of a rule. */}}
{{- define "tenant.namespacePeer" -}}
- namespaceSelector:
    matchLabels:
      kubernetes.io/metadata.name: {{ . | quote }}
{{- end }}

{{- define "tenant.policy.default-deny-all" -}}
policyTypes: [Ingress, Egress]
{{- end }}

{{- define "tenant.policy.allow-dns" -}}
policyTypes: [Egress]
egress:
  - to:
      {{- include "tenant.namespacePeer" .Values.platform.dnsNamespace | nindent 6 }}
    ports:
      - { protocol: UDP, port: 53 }
      - { protocol: TCP, port: 53 }
{{- end }}

{{- define "tenant.policy.allow-ingress-controller" -}}
policyTypes: [Ingress]
ingress:
  - from:
      {{- include "tenant.namespacePeer" .Values.platform.ingressNamespace | nindent 6 }}
{{- end }}

{{- define "tenant.policy.allow-monitoring" -}}
policyTypes: [Ingress]
ingress:
  - from:
      {{- include "tenant.namespacePeer" .Values.platform.monitoringNamespace | nindent 6 }}
{{- end }}

{{- define "tenant.policy.allow-intra-namespace" -}}
policyTypes: [Ingress, Egress]
ingress:
  - from:
      - podSelector: {}
egress:
  - to:
      - podSelector: {}
{{- end }}

{{- define "tenant.policy.allow-cluster-egress" -}}
policyTypes: [Egress]
egress:
  - to:
      - namespaceSelector:
          matchExpressions:
            - key: kubernetes.io/metadata.name
              operator: NotIn
              values:
                {{- toYaml .Values.platform.closedNamespaces | nindent 16 }}
{{- end }}

{{- define "tenant.policy.allow-internet-egress" -}}
policyTypes: [Egress]
egress:
  - to:
      - ipBlock:
          cidr: 0.0.0.0/0
          except:
            - 0.0.0.0/8
            - 10.0.0.0/8
            - 100.64.0.0/10
            - 127.0.0.0/8
            - 169.254.0.0/16 # link-local, and in it 169.254.169.254: the cloud's metadata, which hands out credentials
            - 172.16.0.0/12
            - 192.168.0.0/16
            {{- range .Values.tenant.networking.nodePublicCIDRs }}
            {{- if not (contains ":" .) }}
            - {{ . }}
            {{- end }}
            {{- end }}
      - ipBlock:
          cidr: ::/0
          except:
            - ::1/128
            - fc00::/7
            - fe80::/10
            {{- range .Values.tenant.networking.nodePublicCIDRs }}
            {{- if contains ":" . }}
            - {{ . }}
            {{- end }}
            {{- end }}
{{- end }}
