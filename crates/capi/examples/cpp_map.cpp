// Fetches the URLs that it is given, all at once, and tells what became of each, in their order.
//
//     c++ -std=c++17 cpp_map.cpp $(pkg-config --cflags --libs sortie) -o cpp_map
//     ./cpp_map http://127.0.0.1:8000/get http://127.0.0.1:8000/status/404
#include <chrono>
#include <iostream>
#include <vector>

#include <sortie.hpp>

using namespace std::chrono_literals;

int main(int argc, char **argv) {
    try {
        sortie::session session;
        session.set_timeout(sortie::timeout_of::total, 30s).set_retries(sortie::retries(2).set_statuses({503}));
        session.on_args([](sortie::lent_request &request) { request.set_header("X-From", "cpp_map"); });

        std::vector<sortie::request> requests;
        for (int index = 1; index < argc; ++index) {
            requests.emplace_back("GET", argv[index]);
        }
        const auto answers = session.map(requests);
        for (std::size_t index = 0; index < answers.size(); ++index) {
            std::cout << requests[index].url() << ": ";
            if (const auto &answer = answers[index]) {
                std::cout << answer->status() << ", " << answer->content().size() << " bytes\n";
            } else {
                std::cout << answer.error().what() << "\n";
            }
        }
        return 0;
    } catch (const sortie::error &error) {
        std::cerr << error.what() << "\n";
        return 1;
    }
}
