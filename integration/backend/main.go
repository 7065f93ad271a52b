// The user's program of the third-party suites: a small server of HTTP/1.1 and, with prior knowledge, HTTP/2 in clear text.
//
// GET / answers a few octets, GET /large a mebibyte, a request with a body gets the number of its octets.
package main

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
)

func main() {
	if len(os.Args) != 2 {
		log.Fatal("usage: backend ADDRESS")
	}
	large := bytes.Repeat([]byte("0123456789abcdef"), 65536)
	protocols := new(http.Protocols)
	protocols.SetHTTP1(true)
	protocols.SetUnencryptedHTTP2(true)
	server := &http.Server{
		Addr:      os.Args[1],
		Protocols: protocols,
		Handler: http.HandlerFunc(func(response http.ResponseWriter, request *http.Request) {
			octets, err := io.Copy(io.Discard, request.Body)
			switch {
			case err != nil:
				// The upload broke off: whoever asked has gone.
				return
			case octets > 0:
				fmt.Fprintf(response, "%d\n", octets)
			case request.URL.Path == "/large":
				response.Write(large)
			default:
				io.WriteString(response, "Hello from the user's program.\n")
			}
		}),
	}
	log.Fatal(server.ListenAndServe())
}
