//go:build tools

// Package peers pins Knative's own queue-proxy, the sidecar that Baton is compared with.
package peers

import _ "knative.dev/serving/cmd/queue"
