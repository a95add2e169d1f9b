package sortie_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"time"

	sortie "example.invalid/sortie/bindings/go"
)

func server() *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s%s", r.Method, r.URL, body)
	}))
}

func Example() {
	server := server()
	defer server.Close()
	session, err := sortie.New(sortie.BaseURL(server.URL), sortie.Timeout(10*time.Second), sortie.TrustEnv(false))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
	response, err := session.Get(context.Background(), "/hello")
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(response.Status, response.Text())
	// Output: 200 GET /hello
}

func ExampleSession_Map() {
	server := server()
	defer server.Close()
	session, err := sortie.New(sortie.BaseURL(server.URL), sortie.TrustEnv(false))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
	var requests []*sortie.Request
	for i := 0; i < 3; i++ {
		requests = append(requests, sortie.NewRequest("GET", fmt.Sprint("/", i)))
	}
	for _, result := range session.Map(context.Background(), requests) {
		if result.Err != nil {
			fmt.Println(result.Err)
			continue
		}
		fmt.Println(result.Response.Text())
	}
	// Output:
	// GET /0
	// GET /1
	// GET /2
}

func ExampleOnPreRequest() {
	server := server()
	defer server.Close()
	session, err := sortie.New(sortie.BaseURL(server.URL), sortie.TrustEnv(false),
		sortie.OnPreRequest(func(prepared *sortie.Prepared) error {
			if prepared.Method() == "DELETE" {
				return sortie.Refuse("nothing is deleted here")
			}
			return prepared.SetHeader("X-Traced", "yes")
		}))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
	_, err = session.Do(context.Background(), sortie.NewRequest("DELETE", "/"))
	fmt.Println(strings.Contains(err.Error(), "nothing is deleted here"))
	// Output: true
}

func ExampleTransport() {
	server := server()
	defer server.Close()
	session, err := sortie.New(sortie.TrustEnv(false))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer session.Close()
	client := &http.Client{Transport: sortie.Transport(session)}
	response, err := client.Post(server.URL, "text/plain", strings.NewReader(" hello"))
	if err != nil {
		fmt.Println(err)
		return
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	fmt.Println(string(text), err)
	// Output: POST / hello <nil>
}
