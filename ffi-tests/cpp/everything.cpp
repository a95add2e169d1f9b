// The functions of C, called from C++17. Argument: the server's URL.
#include "check.h"

#include <memory>
#include <string>
#include <thread>
#include <vector>

namespace {

struct Free {
    void operator()(sortie_session *session) const { sortie_session_free(session); }
    void operator()(sortie_batch *batch) const { sortie_batch_free(batch); }
    void operator()(sortie_request *request) const { sortie_request_free(request); }
    void operator()(sortie_response *response) const { sortie_response_free(response); }
    void operator()(sortie_error *error) const { sortie_error_free(error); }
};

using Session = std::unique_ptr<sortie_session, Free>;
using Request = std::unique_ptr<sortie_request, Free>;
using Response = std::unique_ptr<sortie_response, Free>;

std::string text(const sortie_response *response) {
    sortie_bytes bytes = sortie_response_text(response);
    return std::string(reinterpret_cast<const char *>(bytes.data), bytes.size);
}

int32_t append(void *context, const uint8_t *data, size_t size) {
    static_cast<std::string *>(context)->append(reinterpret_cast<const char *>(data), size);
    return 0;
}

int32_t mark(void *context, sortie_request *request, sortie_reason *) {
    ++*static_cast<int *>(context);
    OK(sortie_request_set_header(request, "X-Mark", "C++", &error));
    return SORTIE_HOOK_REPLACE;
}

void destroy(void *context) {
    delete static_cast<int *>(context);
}

void done(void *context, const sortie_outcome *outcome) {
    static_cast<std::vector<int> *>(context)->push_back(sortie_response_status(outcome->response));
}

}  // namespace

int main(int argc, char **argv) {
    const std::string base = argument(argc, argv, 1);
    begin();
    Session session(a_session());
    int *marks = new int(0);
    OK(sortie_session_on_args(session.get(), mark, marks, destroy, &error));

    Response response(sent(session.get(), a_request("GET", base.c_str(), "/anything")));
    CHECK(sortie_response_status(response.get()) == 200);
    CHECK(text(response.get()).find("\"X-Mark\": \"C++\"") != std::string::npos);
    CHECK(*marks == 1);

    std::string received;
    sortie_response *head = nullptr;
    Request request(a_request("GET", base.c_str(), "/bytes/5000"));
    OK(sortie_session_receive(session.get(), request.get(), append, &received, nullptr, &head, &error));
    CHECK(received.size() == 5000);
    sortie_response_free(head);

    std::vector<const sortie_request *> requests(10, request.get());
    std::vector<sortie_outcome> outcomes(requests.size());
    OK(sortie_session_map(session.get(), requests.data(), requests.size(), nullptr, outcomes.data(), &error));
    for (const sortie_outcome &outcome : outcomes) {
        CHECK(sortie_response_content(Response(outcome.response).get()).size == 5000);
    }

    std::vector<int> statuses;
    std::unique_ptr<sortie_batch, Free> batch;
    {
        sortie_batch *made = nullptr;
        OK(sortie_batch_new(session.get(), &made, &error));
        batch.reset(made);
    }
    OK(sortie_batch_submit_with(batch.get(), request.get(), done, &statuses, nullptr, nullptr, &error));
    while (statuses.empty()) {
        OK(sortie_batch_turn(batch.get(), SORTIE_NEVER, &error));
    }
    CHECK(statuses.front() == 200);

    std::vector<std::thread> threads;
    const std::string url = base + "/small";
    for (int index = 0; index < 4; index++) {
        threads.emplace_back([&session, &url] {
            sortie_request *made = nullptr;
            OK(sortie_request_new("GET", url.c_str(), &made, &error));
            CHECK(sortie_response_status(Response(sent(session.get(), made)).get()) == 200);
        });
    }
    for (std::thread &thread : threads) {
        thread.join();
    }
    return 0;
}
