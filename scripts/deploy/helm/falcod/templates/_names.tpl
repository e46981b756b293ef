{{- define "falcod.name" -}}
{{- default .Chart.Name .Values.nameOverride | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "falcod.fullname" -}}
{{- if .Values.fullnameOverride -}}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" -}}
{{- else if contains (include "falcod.name" .) .Release.Name -}}
{{- .Release.Name | trunc 63 | trimSuffix "-" -}}
{{- else -}}
{{- printf "%s-%s" .Release.Name (include "falcod.name" .) | trunc 63 | trimSuffix "-" -}}
{{- end -}}
{{- end -}}

{{- define "falcod.namespace" -}}
{{- default .Release.Namespace .Values.namespaceOverride -}}
{{- end -}}

{{- define "falcod.selectorLabels" -}}
app.kubernetes.io/name: {{ include "falcod.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{- define "falcod.labels" -}}
{{ include "falcod.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{- end -}}

{{- define "falcod.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- default (include "falcod.fullname" .) .Values.serviceAccount.name -}}
{{- else -}}
{{- default "default" .Values.serviceAccount.name -}}
{{- end -}}
{{- end -}}

{{- define "falcod.image" -}}
{{- with .Values.image.registry }}{{ . }}/{{ end -}}
{{- .Values.image.repository }}:{{ default .Chart.AppVersion .Values.image.tag -}}
{{- end -}}

{{- /* Folders with sockets of container engines: those of older and of current values of Falco's chart. */ -}}
{{- define "falcod.socketFolders" -}}
{{- $folders := list -}}
{{- if .Values.collectors.enabled -}}
{{- range $name := list "docker" "podman" "containerd" "k3s" "crio" -}}
{{- $collector := get $.Values.collectors $name -}}
{{- if and $collector $collector.enabled -}}
{{- $folders = append $folders (dir $collector.socket) -}}
{{- end -}}
{{- end -}}
{{- with .Values.collectors.containerEngine -}}
{{- range $engine := .engines -}}
{{- if or $engine.enabled (not (hasKey $engine "enabled")) -}}
{{- range $socket := $engine.sockets -}}
{{- $folders = append $folders (dir $socket) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- $folders | uniq | toYaml -}}
{{- end -}}

{{- define "falcod.capabilities" -}}
[BPF, PERFMON, SYS_RESOURCE, SYS_PTRACE, DAC_READ_SEARCH]
{{- end -}}

{{- define "falcod.securityContext" -}}
{{- if .Values.containerSecurityContext -}}
{{- toYaml .Values.containerSecurityContext -}}
{{- else -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
{{- if .Values.driver.enabled }}
runAsUser: 0
capabilities:
  drop: [ALL]
  # The probe; what it asks of the kernel's memory before Linux 5.11; what /proc tells of others.
  add: {{ include "falcod.capabilities" . }}
# Where SELinux is on, containers may neither load a probe nor see the node's files: a privileged one
# has this type, too. It means nothing elsewhere.
seLinuxOptions:
  type: spc_t
  level: s0
{{- if semverCompare ">=1.30-0" .Capabilities.KubeVersion.Version }}
# The usual profile keeps /proc/PID/environ and the like of other containers from it.
appArmorProfile:
  type: Unconfined
{{- end }}
# That of older runtimes refuses bpf(), whatever the capabilities.
seccompProfile:
  type: Unconfined
{{- else }}
runAsNonRoot: true
runAsUser: 65532
capabilities:
  drop: [ALL]
seccompProfile:
  type: RuntimeDefault
{{- end }}
{{- end -}}
{{- end -}}
