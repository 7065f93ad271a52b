package main

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"syscall"
	"time"
)

type sidecar struct {
	command *exec.Cmd
	ended   chan error
}

// startSidecar starts it with the variables that the controller sets, and waits until it serves.
func startSidecar(command []string) (*sidecar, error) {
	process := exec.Command(command[0], command[1:]...)
	process.Env = append(os.Environ(),
		"CONTAINER_CONCURRENCY=0", "QUEUE_SERVING_PORT=8012", "QUEUE_SERVING_TLS_PORT=8112", "USER_PORT=8080",
		"REVISION_TIMEOUT_SECONDS=300", "SERVING_NAMESPACE="+namespace, "SERVING_SERVICE=judged", "SERVING_CONFIGURATION=judged",
		"SERVING_REVISION="+revision, "SERVING_POD="+pod, "SERVING_POD_IP="+podIP, "SERVING_LOGGING_CONFIG=",
		"SERVING_LOGGING_LEVEL=error", "METRICS_DOMAIN=knative.dev/serving", "SYSTEM_NAMESPACE=knative-serving",
		"TRACING_CONFIG_BACKEND=none", "SERVING_REQUEST_METRICS_BACKEND=prometheus", "METRICS_COLLECTOR_ADDRESS=")
	process.Stdout, process.Stderr = os.Stderr, os.Stderr
	// The launcher may be a shell: all of its group is ended with it.
	process.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	if err := process.Start(); err != nil {
		return nil, err
	}
	s := &sidecar{process, make(chan error, 1)}
	go func() { s.ended <- process.Wait() }()
	for limit := time.Now().Add(30 * time.Second); time.Now().Before(limit); time.Sleep(50 * time.Millisecond) {
		select {
		case err := <-s.ended:
			s.ended <- err
			return nil, fmt.Errorf("the sidecar ended: %v", err)
		default:
		}
		if accepts(sidecarAddress) && accepts(podIP+":9090") {
			return s, nil
		}
	}
	s.stop()
	return nil, fmt.Errorf("the sidecar has not come up: %v", command)
}

func accepts(address string) bool {
	connection, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return false
	}
	connection.Close()
	return true
}

// stop kills: no drain is under test here.
func (s *sidecar) stop() {
	syscall.Kill(-s.command.Process.Pid, syscall.SIGKILL)
	<-s.ended
}
