// What Go itself makes of templates for the request log: prints, as JSON, for each template and request the line that the
// queue-proxy would write, or that it would refuse the template, or that it would say that the template is invalid.
// The tests of dev.baton.requestlog hold Baton to it. After a change of the tables below:
//
//	go run integration/requestlog/golden.go > src/test/resources/requestlog/golden.json
//
// Texts that may hold any octet are in base64.
package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"text/template"
)

type response struct {
	Code    int
	Size    int
	Latency float64
}

type revision struct {
	Name, Namespace, Service, Configuration, PodName, PodIP string
}

// The names are those of pkg/http/request_log.go of Knative Serving.
type input struct {
	Request  *http.Request
	Response *response
	Revision *revision
	TraceID  string
}

type exchange struct {
	Raw     []byte
	Remote  string
	TLS     bool
	Code    int
	Size    int
	Latency float64
}

type outcome struct {
	Template []byte
	Exchange int
	// bad-template, invalid or line
	Kind string
	Line []byte `json:",omitempty"`
}

const deflt = `{"httpRequest": {"requestMethod": "{{.Request.Method}}", "requestUrl": "{{js .Request.RequestURI}}", "requestSize": "{{.Request.ContentLength}}", "status": {{.Response.Code}}, "responseSize": "{{.Response.Size}}", "userAgent": "{{js .Request.UserAgent}}", "remoteIp": "{{js .Request.RemoteAddr}}", "serverIp": "{{.Revision.PodIP}}", "referer": "{{js .Request.Referer}}", "latency": "{{.Response.Latency}}s", "protocol": "{{.Request.Proto}}"}, "traceId": "{{.TraceID}}"}`

var exchanges = []exchange{
	{[]byte("GET /a/b?q=1&r=<x> HTTP/1.1\r\nHost: app.example.com\r\nUser-Agent: curl/8\r\nReferer: http://r.example/?a='b'\r\nX-One: 1\r\nx-one: 2\r\nTraceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\nX-B3-Traceid: b3\r\n\r\n"), "10.0.0.7:51234", false, 200, 11, 0.0014},
	{[]byte("POST / HTTP/1.0\r\nContent-Length: 5\r\nX-B3-TraceId: 463ac35c9f6413ad\r\n\r\nhello"), "[2001:db8::1]:80", true, 503, 0, 12.5},
	{[]byte("PUT http://other.example:81/%7Ex/%2f\"?a=%zz HTTP/1.1\r\nHost: app\r\nTransfer-Encoding: chunked\r\nUser-Agent: \xc3\xa9\xff\xe2\x80\xa8\\\"'<>&=\xf0\x9f\x98\x80\xc2\x85\xee\x80\x80\xf3\xa0\x80\x81\t;\r\nTraceparent: nodash\r\nX-Quote: a\"b`c\r\nX-Empty:\r\n\r\n0\r\n\r\n"), "127.0.0.1:1", false, 404, 1234567890, 0.00001234},
	{[]byte("OPTIONS //x/../%41%2F%20?? HTTP/1.1\r\nHost: h\r\nTraceparent: -\r\n\r\n"), "", false, 101, 7, 1e6},
}

var templates = []string{
	deflt,
	``, `plain`, "two\nlines", "ends\n", `{{"` + "`" + `"}}`, "{{`raw \\n \"x\"`}}", `é{{"é\u00e9\x41\101\a\t\\\""}}ü`,
	// Fields and methods.
	`{{.Request.Method}} {{.Request.Host}} {{.Request.Proto}} {{.Request.ProtoMajor}}.{{.Request.ProtoMinor}} {{.Request.ContentLength}}`,
	`{{.Request.RequestURI}} {{.Request.URL}} {{.Request.URL.Path}} {{.Request.URL.RawPath}} {{.Request.URL.RawQuery}} {{.Request.URL.Host}} {{.Request.URL.Scheme}}`,
	`{{.Request.URL.String}} {{.Request.URL.EscapedPath}} {{.Request.URL.RequestURI}}`,
	`{{.Request.Header.Get "X-One"}} {{.Request.Header.Get "x-ONE"}} {{.Request.Header.Get "Nope"}}|`,
	`{{.Request.Header.Values "X-One"}} {{index .Request.Header "X-One"}} {{index .Request.Header "x-one"}} {{.Request.Header.Missing}}`,
	`{{index .Request.Header "X-One" 1}}`, `{{index (index .Request.Header "X-One") 0}}`, `{{(index .Request.Header "X-One")}}`,
	`{{.Request.Header}}`, `{{len .Request.Header}}`, `{{len .Request.Method}}`, `{{len 3}}`,
	`{{.Request.Header.Get "Host"}}{{.Request.Header.Get "Transfer-Encoding"}}{{.Request.Header.Get "Content-Length"}}|`,
	`{{"X-One" | .Request.Header.Get}}`, `{{.Request.Header.Get "X-One" | printf "%q"}}`, `{{.Request.Header.Get 1}}`, `{{.Request.Header.Get}}`, `{{.Request.Header.Get "a" "b"}}`,
	`{{.Request.UserAgent}}`, `{{.Request.Referer}}`, `{{.Request.UserAgent "x"}}`, `{{.Request.ProtoAtLeast 1 1}}{{.Request.ProtoAtLeast 2 0}}`,
	`{{.Response}} {{.Revision}}`, `{{.Response.Code}} {{.Response.Size}} {{.Response.Latency}}`,
	`{{.Revision.Name}} {{.Revision.Namespace}} {{.Revision.Service}} {{.Revision.Configuration}} {{.Revision.PodName}} {{.Revision.PodIP}}`,
	`{{.TraceID}}`, `{{$.TraceID}}`, `{{$.Request.Method}}{{ $ .Request }}`,
	`{{.Nope}}`, `{{.Request.Nope}}`, `{{.Response.Code.Nope}}`, `{{.Request.Method 1}}`, `{{.Response.Code "x"}}`, `{{.TraceID.X}}`, `{{.request.Method}}`,
	`{{if .Request.TLS}}tls{{else}}plain{{end}}`,
	// Escapes.
	`{{js .Request.UserAgent}}`, `{{html .Request.UserAgent}}`, `{{urlquery .Request.UserAgent}}`, `{{.Request.UserAgent | js | html}}`,
	`{{js .Request.RequestURI .Response.Code}}`, `{{js}}`, `{{html 1 2 "a" "b" 3}}`, `{{js "\x00\x1f"}}`, `{{html "\x00"}}`, `{{js "\x7f\u2028"}}`, `{{js nil}}`, `{{js nil 1}}`, `{{html "a" nil "b" nil nil}}`, `{{.Request.Header.Get "X-Quote" | js}}`, `{{js "\U0001F600\u00ad\ufffd"}}`,
	// Functions.
	`{{print "a" 1 2 "b" 3.5 true nil}}`, `{{println "a" 1}}`, `{{printf "%s-%d-%v" "a" 1 2.5}}`, `{{printf "%5d|%-5d|%05d|%+d|% d" 42 42 42 42 42}}`,
	`{{printf "%8.3f|%-8.1f|%08.2f|%+.2e|%g|%G" .Response.Latency .Response.Latency .Response.Latency .Response.Latency .Response.Latency .Response.Latency}}`,
	`{{printf "%q %x %X %10s|%-10s|%.2s" "a\"é" "hi" "hi" "é" "é" "éàü"}}`, `{{printf "%d %s" "a" 1}}`, `{{printf "%d"}}`, `{{printf "x" 1 "a" nil}}`, `{{printf "%!"}}`, `{{printf "%"}}`, `{{printf "%z" 1}}`, `{{printf "%%"}}`,
	`{{printf "%t %v %T %T %T %T %T" true true 1 "a" 1.5 true .Request.ContentLength}}`, `{{printf "%b %o %O %x %#x %c %U %q" 5 8 8 255 255 65 65 65}}`, `{{printf "%*d|%.*f" 5 1 2 3.14159}}`, `{{printf "%010s|%x|% x|%#x" "abc" "abc" "abc" "abc"}}`,
	`{{printf "%v %s %q %d" (index .Request.Header "X-One") (index .Request.Header "X-One") (index .Request.Header "X-One") (index .Request.Header "X-One")}}`, `{{printf 1}}`, `{{printf}}`, `{{printf "%v" nil}}`, `{{printf "%s" nil}}`, `{{printf "%v %v" .Response.Code .Request.ContentLength}}`, `{{printf "%#q %+q %-8q|" "a" "é" "b"}}`, `{{printf "%.0f %.0f %.0f" 0.5 1.5 2.5}}`, `{{printf "%.3d|%+.3d|%5.3d" 7 7 7}}`, `{{printf "%6.2v|%v" 3.14159 1e21}}`, `{{printf "%.3g %.10g %g %g %g" 1234.5 1234.5 100000.0 1000000.0 0.00001}}`, `{{printf "%s" .Request.Header}}`, `{{printf "%6t|%-6t|%06d" true false -12}}`,
	`{{and 1 0}} {{and 1 2}} {{or 0 ""}} {{or 0 "x"}} {{not 0}} {{not "a"}} {{and true (or false .Request.Method)}}`, `{{or .Response.Code (index .Request.Header "Nope" 5)}}`, `{{and}}`, `{{not}}`, `{{not 1 2}}`, `{{0 | or 1}}`, `{{1 | and 0}}`, `{{2 | and 1}}`, `{{"" | or 0}}`,
	`{{eq .Response.Code 200}} {{eq .Response.Code 404 503}} {{ne .Request.Method "GET"}} {{lt .Response.Code 300}} {{le .Response.Code 200}} {{gt .Response.Code 300}} {{ge .Response.Code 300}}`,
	`{{eq .Response.Code "200"}}`, `{{eq 1}}`, `{{eq}}`, `{{ne 1 2 3}}`, `{{gt .Response.Latency 0.5}}`, `{{gt .Response.Latency 1}}`, `{{lt "a" "b"}}`, `{{lt true false}}`, `{{eq true true}}`, `{{eq .Request.ContentLength 5}}`, `{{eq nil nil}}`, `{{eq (index .Request.Header "X-One") 1}}`,
	`{{index "abc" 1}}`, `{{index .Request.Header 1}}`, `{{index .Request.Header}}`, `{{index 1 1}}`, `{{index}}`, `{{index .Request.Header "X-One" 9}}`, `{{index .Request.Header "X-One" "a"}}`,
	// Control.
	`{{if eq .Response.Code 200}}ok{{else if eq .Response.Code 404}}missing{{else}}other{{end}}`, `{{if .Request.Referer}}{{.Request.Referer}}{{end}}|`, `{{if not .Request.Referer}}none{{end}}|`,
	`{{if .TraceID}}{{if .Request.UserAgent}}both{{else}}trace{{end}}{{end}}|`, `{{if and .TraceID .Request.Referer}}x{{end}}|`, `{{if gt .Response.Latency 1.0}}slow{{else}}fast{{end}}`, `{{if .Request.Header}}h{{end}}`, `{{if 0.0}}a{{else}}b{{end}}`, `{{if nil}}a{{end}}`,
	`{{with .Request.Referer}}<{{.}}>{{end}}|`, `{{with .Response}}{{.Code}} {{$.Request.Method}}{{else}}none{{end}}`, `{{with .TraceID}}{{.}}{{else}}-{{end}}`, `{{with .Request}}{{.Method}}{{with .Header}}{{.Get "User-Agent"}}{{end}}{{end}}`, `{{with .TraceID}}a{{else with .Request.Referer}}b{{else}}c{{end}}`, `{{with .Request.Method}}{{.X}}{{end}}`,
	// Trimming and comments.
	"a {{- 1 -}} b", "a\n\t{{- 1}} b", "a {{1 -}}\n\n b", "{{/* c */}}x", "a {{- /* c */ -}} b", "a {{/* c */ -}} b", "{{/* c }}", "{{/* c */ }}", "{{ /* c */}}", "{{-1}}", "{{- -1}}", "{{1-}}", "{{1 - }}", "{{if true -}} x {{- end}}",
	// Literals.
	`{{1}} {{-1}} {{+1}} {{0x1F}} {{0b11}} {{0o17}} {{017}} {{1_000}} {{1.5}} {{1e3}} {{.5}} {{'a'}} {{'\n'}} {{'é'}} {{'\''}} {{true}} {{false}}`, `{{1e6}} {{123456789.0}} {{1e-5}} {{100000.0}}`, `{{1.}}`, `{{08}}`, `{{1x}}`, `{{99999999999999999999}}`, `{{nil}}`, `{{"a" "b"}}`, `{{1 2}}`, `{{'ab'}}`, `{{"\q"}}`, `{{"\'"}}`, `{{'\"'}}`, `{{"\ud800"}}`, `{{"\xff\400"}}`, `{{"open}}`, `{{'a}}`, "{{`open}}", "{{\"a\nb\"}}",
	// Pipelines.
	`{{"a" | print}}`, `{{"a" | print "b"}}`, `{{("a" | print) | print "c"}}`, `{{.Request.Method | printf "%s %s" "x"}}`, `{{print | print}}`, `{{"a" | "b"}}`, `{{1 | .}}`, `{{print |}}`, `{{| print}}`, `{{print || print}}`, `{{"a" | .Request.Method}}`, `{{"a" | .Request}}`, `{{(print "a") "b"}}`, `{{print (print (print "x"))}}`, `{{(.Request).Method}}`, `{{(.Request.Header).Get "X-One"}}`, `{{(1).X}}`, `{{("a")}}`, `{{()}}`, `{{(1}}`, `{{1)}}`,
	// What is wrong.
	`{{`, `{{}}`, `{{ }}`, `}}`, `{{end}}`, `{{else}}`, `{{if}}x{{end}}`, `{{if true}}`, `{{if true}}{{else}}`, `{{if true}}{{else}}{{else}}{{end}}`, `{{if true}}{{end x}}`, `{{if true}}{{else x}}{{end}}`, `{{nope}}`, `{{nope .}}`, `{{.Request.Method`, `{{.Request..Method}}`, `{{.1a}}`, `{{.a-b}}`, `{{#}}`, `{{a.b}}`, `{{print.x}}`, `{{"a".x}}`, `{{nil.x}}`, `{{..}}`, `{{. .}}`, `{{print .}x`, `{{x y z}}`, `{{print 1,2}}`, `{{print = 1}}`, `{{:}}`, `{{with}}{{end}}`, `{{with true}}`, `{{.Request.Method}}}}`, `{{{}}`, "{{\x01}}", `{{print"a"}}`, `{{print("a")}}`, `{{"a""b"}}`, `{{if true}}a{{else if}}b{{end}}`, `{{with 1}}{{else if 1}}{{end}}`, `{{end`, `{{if(true)}}x{{end}}`, `{{else if true}}`, `{{truex}}`, `{{.true}}`,
}

func main() {
	rev := &revision{"app-00001", "ns", "app", "app", "app-00001-pod", "10.1.2.3"}
	var outcomes []outcome
	for _, text := range templates {
		for n, ex := range exchanges {
			o := outcome{Template: []byte(text), Exchange: n}
			o.Kind, o.Line = apply(text, ex, rev)
			outcomes = append(outcomes, o)
			if o.Kind == "bad-template" {
				break
			}
		}
	}
	fmt.Printf("{\"Go\": %q,\n\"Revision\": %s,\n\"Exchanges\": [%s],\n\"Outcomes\": [%s]}\n",
		runtime.Version(), encode(rev), lines(exchanges), lines(outcomes))
}

// One to a line, so that changes can be read.
func lines[T any](items []T) string {
	var all []string
	for _, item := range items {
		all = append(all, "\n"+encode(item))
	}
	return strings.Join(all, ",")
}

func encode(item any) string {
	text, err := json.Marshal(item)
	if err != nil {
		panic(err)
	}
	return string(text)
}

func apply(text string, ex exchange, rev *revision) (string, []byte) {
	if !strings.HasSuffix(text, "\n") {
		text += "\n"
	}
	t, err := template.New("requestLog").Parse(text)
	if err != nil {
		return "bad-template", nil
	}
	req, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(ex.Raw)))
	if err != nil {
		panic(fmt.Sprintf("%q: %v", ex.Raw, err))
	}
	req.RemoteAddr = ex.Remote
	if ex.TLS {
		req.TLS = &tls.ConnectionState{}
	}
	in := &input{req, &response{ex.Code, ex.Size, ex.Latency}, rev, traceID(req.Header)}
	var line bytes.Buffer
	if err := t.Execute(&line, in); err != nil {
		return "invalid", []byte(fmt.Sprintf("Invalid request log template: method: %v, response code: %v, latency: %v, url: %v\n",
			req.Method, ex.Code, ex.Latency, req.URL))
	}
	return "line", line.Bytes()
}

// As the queue-proxy: the second part of traceparent, else X-B3-TraceId.
func traceID(h http.Header) string {
	if parts := strings.SplitN(h.Get("Traceparent"), "-", 3); len(parts) >= 2 {
		return parts[1]
	}
	return h.Get("X-B3-Traceid")
}
