package main

import (
	"context"
	"sync"
	"time"

	"go.uber.org/zap"
	"k8s.io/apimachinery/pkg/types"
	netcfg "knative.dev/networking/pkg/config"
	"knative.dev/serving/pkg/apis/autoscaling"
	autoscalingv1alpha1 "knative.dev/serving/pkg/apis/autoscaling/v1alpha1"
	asmetrics "knative.dev/serving/pkg/autoscaler/metrics"
	"knative.dev/serving/pkg/autoscaler/scaling"
	"knative.dev/serving/pkg/metrics"
	"knative.dev/serving/pkg/resources"
)

// The annotations window and panic-window-percentage at values that let a panic begin and end within the 30 s.
const (
	stableWindow = 6 * time.Second
	panicWindow  = 2 * time.Second
)

// judge is the autoscaler: one collector, and two scalers, one by concurrency and one by requests a second.
type judge struct {
	ctx       context.Context
	cluster   *cluster
	collector *asmetrics.MetricCollector
	scalers   []*scaling.MultiScaler

	mutex     sync.Mutex
	scrapes   []scrape
	decisions map[string][]Decision
}

type scrape struct {
	at   time.Time
	stat asmetrics.Stat
	err  error
}

func newJudge(ctx context.Context, c *cluster) *judge {
	j := &judge{ctx: ctx, cluster: c, decisions: map[string][]Decision{}}
	j.collector = asmetrics.NewMetricCollector(j.newScraper, c.logger)
	return j
}

func (j *judge) newScraper(metric *autoscalingv1alpha1.Metric, logger *zap.SugaredLogger) (asmetrics.StatsScraper, error) {
	accessor := resources.NewPodAccessor(j.cluster.pods, namespace, revision)
	scraper := asmetrics.NewStatsScraper(metric, revision, accessor, false, netcfg.MeshCompatibilityModeAuto, logger)
	return &recordingScraper{scraper, j}, nil
}

type recordingScraper struct {
	asmetrics.StatsScraper
	judge *judge
}

func (s *recordingScraper) Scrape(window time.Duration) (asmetrics.Stat, error) {
	stat, err := s.StatsScraper.Scrape(window)
	s.judge.mutex.Lock()
	defer s.judge.mutex.Unlock()
	s.judge.scrapes = append(s.judge.scrapes, scrape{time.Now(), stat, err})
	return stat, err
}

// collect begins to scrape the pod, once a second.
func (j *judge) collect() error {
	return j.collector.CreateOrUpdate(&autoscalingv1alpha1.Metric{
		ObjectMeta: meta(revision),
		Spec: autoscalingv1alpha1.MetricSpec{
			StableWindow: stableWindow,
			PanicWindow:  panicWindow,
			ScrapeTarget: revision + "-private",
		},
	})
}

// record takes what the activator reports, as the autoscaler's stat server does.
func (j *judge) record(message asmetrics.StatMessage) {
	j.collector.Record(message.Key, time.Now(), message.Stat)
	j.mutex.Lock()
	scalers := j.scalers
	j.mutex.Unlock()
	for _, scaler := range scalers {
		scaler.Poke(message.Key, message.Stat)
	}
}

// start lets both scalers decide every two seconds.
func (j *judge) start() error {
	specs := []scaling.DeciderSpec{
		{ScalingMetric: autoscaling.Concurrency, TargetValue: 12, TotalValue: 40, TargetBurstCapacity: 20},
		{ScalingMetric: autoscaling.RPS, TargetValue: 60, TotalValue: 200, TargetBurstCapacity: 100},
	}
	for _, spec := range specs {
		spec.MaxScaleUpRate = 1000
		spec.MaxScaleDownRate = 2
		spec.ActivatorCapacity = 100
		spec.PanicThreshold = 2
		spec.StableWindow = stableWindow
		spec.InitialScale = 1
		spec.Reachable = true
		scaler := scaling.NewMultiScaler(j.ctx.Done(), j.newScaler, j.cluster.logger)
		if _, err := scaler.Create(j.ctx, &scaling.Decider{ObjectMeta: meta(revision), Spec: spec}); err != nil {
			return err
		}
		j.mutex.Lock()
		j.scalers = append(j.scalers, scaler)
		j.mutex.Unlock()
	}
	return nil
}

func (j *judge) newScaler(decider *scaling.Decider) (scaling.UniScaler, error) {
	ctx := metrics.RevisionContext(namespace, "judged", "judged", revision)
	accessor := resources.NewPodAccessor(j.cluster.pods, namespace, revision)
	scaler := scaling.New(ctx, decider.Namespace, decider.Name, j.collector, accessor, &decider.Spec)
	return &recordingScaler{scaler, j, decider.Spec.ScalingMetric}, nil
}

type recordingScaler struct {
	scaling.UniScaler
	judge  *judge
	metric string
}

func (s *recordingScaler) Scale(logger *zap.SugaredLogger, now time.Time) scaling.ScaleResult {
	result := s.UniScaler.Scale(logger, now)
	decision := Decision{Pods: -1}
	if result.ScaleValid {
		decision = Decision{result.DesiredPodCount, result.ExcessBurstCapacity < 0}
	}
	s.judge.mutex.Lock()
	defer s.judge.mutex.Unlock()
	s.judge.decisions[s.metric] = append(s.judge.decisions[s.metric], decision)
	return result
}

// stop ends scraping and deciding, and says what was seen between two moments.
func (j *judge) stop(begin, end time.Time) Observation {
	key := types.NamespacedName{Namespace: namespace, Name: revision}
	j.collector.Delete(key.Namespace, key.Name)
	for _, scaler := range j.scalers {
		scaler.Delete(j.ctx, key.Namespace, key.Name)
	}
	j.mutex.Lock()
	defer j.mutex.Unlock()
	seen := Observation{
		Concurrency: j.decisions[autoscaling.Concurrency],
		Rate:        j.decisions[autoscaling.RPS],
	}
	for _, s := range j.scrapes {
		switch {
		case s.at.Before(begin) || s.at.After(end):
		case s.err != nil:
			seen.Failed = append(seen.Failed, s.err.Error())
		default:
			seen.Scrapes++
			seen.Scraped.Concurrency += s.stat.AverageConcurrentRequests
			seen.Scraped.ProxiedConcurrency += s.stat.AverageProxiedConcurrentRequests
			seen.Scraped.Rate += s.stat.RequestCount
			seen.Scraped.ProxiedRate += s.stat.ProxiedRequestCount
		}
	}
	if seen.Scrapes > 0 {
		n := float64(seen.Scrapes)
		seen.Scraped.Concurrency /= n
		seen.Scraped.ProxiedConcurrency /= n
		seen.Scraped.Rate /= n
		seen.Scraped.ProxiedRate /= n
	}
	return seen
}
