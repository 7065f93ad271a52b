package main

import (
	"context"
	"net"
	"net/http"
	"time"

	"go.uber.org/zap"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	corev1listers "k8s.io/client-go/listers/core/v1"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/cache"
	"knative.dev/networking/pkg/apis/networking"
	netcfg "knative.dev/networking/pkg/config"
	netprobe "knative.dev/networking/pkg/http/probe"
	kubeclient "knative.dev/pkg/client/injection/kube/client/fake"
	_ "knative.dev/pkg/client/injection/kube/informers/core/v1/endpoints/fake"
	_ "knative.dev/pkg/client/injection/kube/informers/core/v1/service/fake"
	"knative.dev/pkg/controller"
	"knative.dev/pkg/injection"
	"knative.dev/pkg/logging"
	pkgnet "knative.dev/pkg/network"
	tracingconfig "knative.dev/pkg/tracing/config"
	activatorconfig "knative.dev/serving/pkg/activator/config"
	activatorhandler "knative.dev/serving/pkg/activator/handler"
	activatornet "knative.dev/serving/pkg/activator/net"
	"knative.dev/serving/pkg/apis/serving"
	servingv1 "knative.dev/serving/pkg/apis/serving/v1"
	asmetrics "knative.dev/serving/pkg/autoscaler/metrics"
	servingclient "knative.dev/serving/pkg/client/injection/client/fake"
	_ "knative.dev/serving/pkg/client/injection/informers/serving/v1/revision/fake"
	servingnet "knative.dev/serving/pkg/networking"
)

// cluster is what an API server would know: one revision, its private service's endpoints, one ready pod.
type cluster struct {
	ctx    context.Context
	logger *zap.SugaredLogger
	pods   corev1listers.PodLister
}

func labels() map[string]string {
	return map[string]string{
		serving.RevisionLabelKey:      revision,
		serving.RevisionUID:           "judged-uid",
		serving.ConfigurationLabelKey: "judged",
		serving.ServiceLabelKey:       "judged",
	}
}

func meta(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Namespace: namespace, Name: name, Labels: labels()}
}

func newCluster(ctx context.Context) (*cluster, error) {
	config := zap.NewProductionConfig()
	config.Level.SetLevel(zap.ErrorLevel)
	plain, err := config.Build()
	if err != nil {
		return nil, err
	}
	logger := plain.Sugar()
	ctx = logging.WithLogger(ctx, logger)
	ctx, informers := injection.Fake.SetupInformers(ctx, &rest.Config{})

	// Before the informers start: they list what is there.
	anyNumber := int64(0)
	_, err = servingclient.Get(ctx).ServingV1().Revisions(namespace).Create(ctx, &servingv1.Revision{
		ObjectMeta: meta(revision),
		Spec:       servingv1.RevisionSpec{ContainerConcurrency: &anyNumber, PodSpec: corev1.PodSpec{Containers: []corev1.Container{{}}}},
	}, metav1.CreateOptions{})
	if err != nil {
		return nil, err
	}
	endpoints := &corev1.Endpoints{
		ObjectMeta: meta(revision + "-private"),
		Subsets: []corev1.EndpointSubset{{
			Addresses: []corev1.EndpointAddress{{IP: podIP}},
			Ports:     []corev1.EndpointPort{{Name: networking.ServicePortName(networking.ProtocolHTTP1), Port: 8012}},
		}},
	}
	endpoints.Labels[servingnet.ServiceTypeKey] = string(servingnet.ServiceTypePrivate)
	if _, err = kubeclient.Get(ctx).CoreV1().Endpoints(namespace).Create(ctx, endpoints, metav1.CreateOptions{}); err != nil {
		return nil, err
	}
	if err = controller.StartInformers(ctx.Done(), informers...); err != nil {
		return nil, err
	}

	pods := cache.NewIndexer(cache.MetaNamespaceKeyFunc, cache.Indexers{cache.NamespaceIndex: cache.MetaNamespaceIndexFunc})
	started := metav1.NewTime(time.Now())
	err = pods.Add(&corev1.Pod{
		ObjectMeta: meta(pod),
		Status: corev1.PodStatus{
			Phase:      corev1.PodRunning,
			PodIP:      podIP,
			StartTime:  &started,
			Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}},
		},
	})
	return &cluster{ctx, logger, corev1listers.NewPodLister(pods)}, err
}

// serveActivator serves the activator's chain of handlers, in the order of its main program; what it counts goes to record.
// The websocket to the autoscaler, the request log and the exporters of metrics and traces are left out.
func serveActivator(ctx context.Context, c *cluster, record func(asmetrics.StatMessage)) error {
	transport := pkgnet.NewProxyAutoTransport(1000, 100)
	throttler := activatornet.NewThrottler(c.ctx, "127.0.0.2")
	// Pods are probed before the first request is sent to them, as where it is not known whether there is a mesh.
	go throttler.Run(c.ctx, transport, false, netcfg.MeshCompatibilityModeAuto)

	store := activatorconfig.NewStore(c.logger)
	store.OnConfigChanged(&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: tracingconfig.ConfigName}})
	stats := make(chan []asmetrics.StatMessage)
	reporter := activatorhandler.NewConcurrencyReporter(c.ctx, "activator", stats)
	go reporter.Run(ctx.Done())
	go func() {
		for {
			select {
			case messages := <-stats:
				for _, message := range messages {
					record(message)
				}
			case <-ctx.Done():
				return
			}
		}
	}()

	var chain http.Handler = activatorhandler.New(c.ctx, throttler, transport, false, c.logger, false)
	chain = reporter.Handler(chain)
	chain = activatorhandler.NewTracingHandler(chain)
	chain = activatorhandler.NewMetricHandler("activator", chain)
	chain = activatorhandler.WrapActivatorHandlerWithFullDuplex(chain, c.logger)
	chain = activatorhandler.NewContextHandler(c.ctx, chain, store)
	chain = &activatorhandler.ProbeHandler{NextHandler: chain}
	chain = netprobe.NewHandler(chain)

	listener, err := net.Listen("tcp", activatorAddress)
	if err != nil {
		return err
	}
	go pkgnet.NewServer(activatorAddress, chain).Serve(listener)
	return nil
}
