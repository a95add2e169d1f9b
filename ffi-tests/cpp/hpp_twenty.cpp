// What sortie.hpp gives is a range of C++20, too.
#include "check.hpp"

#include <algorithm>
#include <iterator>
#include <list>

int main(int argc, char **argv) {
    begin();
    const std::string base = argument(argc, argv, 1);
    sortie::session session;
    const auto response = session.get(base + "/redirect/2");
    const auto headers = response.headers();
    static_assert(std::forward_iterator<decltype(headers.begin())>);
    const auto is_json = [](const sortie::header &header) { return header.value == "application/json"; };
    CHECK(std::ranges::any_of(headers, is_json));
    const auto history = response.history();
    CHECK(std::ranges::count_if(history, [](sortie::response_view before) { return before.status() == 302; }) == 2);
    std::list<sortie::request> requests;
    for (int number = 0; number < 3; ++number) {
        requests.emplace_back("GET", base + "/anything/" + std::to_string(number));
    }
    const auto answers = session.map(requests);
    CHECK(answers.size() == 3 && std::ranges::all_of(answers, [](const auto &answer) { return bool(answer); }));
    return 0;
}
