// sortie.hpp without exceptions: the `try_` forms.
#include "check.h"

#include <string>
#include <vector>

#include <sortie.hpp>

int main(int argc, char **argv) {
    begin();
    const std::string base = argument(argc, argv, 1);
    auto session = sortie::session::try_make();
    CHECK(session && session->try_set_header("X-A", "1") && session->try_on_args([](sortie::lent_request &) {}));
    auto request = sortie::request::try_make("GET", base + "/get");
    CHECK(request && request->try_set_header("X-B", "2"));
    CHECK(!request->try_set_header("X-B", "\xff"));
    auto response = session->try_send(*request);
    CHECK(response && response->status() == 200);
    auto wrong = sortie::request::try_make("no method", base);
    CHECK(!wrong && wrong.error().status() == SORTIE_ERR_ARGUMENT);
    std::vector<sortie::request> requests;
    requests.push_back(std::move(request).value());
    auto answers = session->try_map(requests);
    CHECK(answers && (*answers)[0] && (*answers)[0]->is_ok());
    auto batch = sortie::batch::try_make(*session);
    int told = 0;
    const auto done = [&](sortie::result<sortie::response> answer) { told += answer ? 1 : 0; };
    CHECK(batch && batch->try_submit(requests[0], done) && batch->try_run() && told == 1);
    return 0;
}
