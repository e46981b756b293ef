{{- /* falco.yaml: `falco`, and what Falco's chart has beside it, where `falco` says nothing else. */ -}}
{{- define "falcod.configuration" -}}
{{- $falco := deepCopy .Values.falco -}}
{{- if .Values.metrics.enabled -}}
{{- $metrics := $falco.metrics | default dict -}}
{{- range $key, $value := include "falcod.metrics" . | fromYaml -}}
{{- if not (hasKey $metrics $key) -}}
{{- $_ := set $metrics $key $value -}}
{{- end -}}
{{- end -}}
{{- $_ := set $falco "metrics" $metrics -}}
{{- $web := $falco.webserver | default dict -}}
{{- if not (hasKey $web "prometheus_metrics_enabled") -}}
{{- $_ := set $web "prometheus_metrics_enabled" true -}}
{{- end -}}
{{- $_ := set $falco "webserver" $web -}}
{{- end -}}
{{- with .Values.driver.modernEbpf -}}
{{- if and .bufSizePreset (not $falco.engine) -}}
{{- $rings := dict "buf_size_preset" .bufSizePreset -}}
{{- $_ := set $falco "engine" (dict "kind" "modern_ebpf" "modern_ebpf" $rings) -}}
{{- end -}}
{{- end -}}
{{- $plugins := $falco.plugins | default list -}}
{{- $names := list -}}
{{- range $plugin := $plugins -}}
{{- $names = append $names $plugin.name -}}
{{- end -}}
{{- with .Values.collectors.containerEngine -}}
{{- if and .engines (not (has "container" $names)) -}}
{{- $config := dict "engines" .engines -}}
{{- if .labelMaxLen -}}
{{- $_ := set $config "label_max_len" .labelMaxLen -}}
{{- end -}}
{{- $plugin := dict "name" "container" "library_path" "libcontainer.so" "init_config" $config -}}
{{- $_ := set $falco "plugins" (append $plugins $plugin) -}}
{{- with $falco.load_plugins -}}
{{- $_ := set $falco "load_plugins" (append . "container" | uniq) -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toYaml $falco -}}
{{- end -}}

{{- /* Names of Falco's values and of the keys they are in falco.yaml. */ -}}
{{- define "falcod.metrics" -}}
{{- $keys := dict "interval" "interval" "outputRule" "output_rule" "rulesCountersEnabled" "rules_counters_enabled" "resourceUtilizationEnabled" "resource_utilization_enabled" "stateCountersEnabled" "state_counters_enabled" "kernelEventCountersEnabled" "kernel_event_counters_enabled" "kernelEventCountersPerCPUEnabled" "kernel_event_counters_per_cpu_enabled" "libbpfStatsEnabled" "libbpf_stats_enabled" "pluginsMetricsEnabled" "plugins_metrics_enabled" "convertMemoryToMB" "convert_memory_to_mb" "includeEmptyValues" "include_empty_values" -}}
enabled: true
{{- range $value, $key := $keys }}
{{- if hasKey $.Values.metrics $value }}
{{ $key }}: {{ get $.Values.metrics $value }}
{{- end }}
{{- end }}
{{- end -}}

{{- /* What somebody who brings values along has to hear, a line each; also of slips. */ -}}
{{- define "falcod.withoutEffect" -}}
{{- with .Values.falcoctl }}
- falcoctl: nothing is fetched. Rules that falcod does not bring along go into customRules.
{{- end }}
{{- with .Values.collectors.kubernetes }}{{ if .enabled }}
- collectors.kubernetes: pods are known from the container engines, and k8smeta is not loaded.
{{- end }}{{ end }}
{{- with .Values.responseActions }}{{ if .enabled }}
- responseActions: install falco-talon with its own chart, and send it alerts by an entry of falco.sinks with type webhook.
{{- end }}{{ end }}
{{- with .Values.grafana }}{{ if .dashboards.enabled }}
- grafana.dashboards: Falco's dashboards are in its chart; metrics have the same names here.
{{- end }}{{ end }}
{{- range $name := list "server" "ca" "client" }}
{{- with get $.Values.certs $name }}{{ if .crt }}
- certs.{{ $name }}: put certificates and keys into a Secret, and name that in certs.existingSecret or certs.existingClientSecret.
{{- end }}{{ end }}
{{- end }}
{{- with .Values.podHostname }}
- podHostname: alerts name the node. FALCO_HOSTNAME in extra.env is another name.
{{- end }}
{{- $known := list "affinity" "certs" "collectors" "containerSecurityContext" "controller" "customRules" "driver" "extra" "falco" "falcosidekick" "fullnameOverride" "healthChecks" "image" "imagePullSecrets" "metrics" "mounts" "nameOverride" "namespaceOverride" "networkPolicy" "nodeSelector" "persistence" "podAnnotations" "podLabels" "podPriorityClassName" "podSecurityContext" "resources" "scc" "serviceAccount" "serviceMonitor" "services" "terminationGracePeriodSeconds" "tolerations" "tty" -}}
{{- /* Said above, Helm's own, or needed by nothing here. */ -}}
{{- $known = concat $known (list "falcoctl" "responseActions" "grafana" "podHostname" "global" "rbac" "falcoHostnameEnv" "falco-talon" "k8s-metacollector") -}}
{{- range $key, $value := .Values }}
{{- if not (has $key $known) }}
- {{ $key }}: this chart has no such value.
{{- end }}
{{- end }}
{{- end -}}
