// A session that is let go while its requests run: on other threads, in a batch, in a stream.
#include "check.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

using namespace std::chrono_literals;

static void threads_finish_what_they_sent(const std::string &base) {
    std::atomic<int> sent{0}, answered{0};
    auto session = std::make_unique<sortie::session>();
    session->on_pre_request([&](sortie::prepared &) {
        sent += 1;
        return sortie::verdict::keep();
    });
    std::vector<std::thread> threads;
    for (int index = 0; index < 4; ++index) {
        threads.emplace_back([&, used = session.get()] {
            // Five wait for one another: none is answered before the session is gone.
            answered += used->get(base + "/wait/5").is_ok() ? 1 : 0;
        });
    }
    while (sent < 4) {
        std::this_thread::yield();
    }
    session.reset();
    CHECK(answered == 0);
    CHECK(sortie::get(base + "/wait/5").is_ok());
    for (std::thread &thread : threads) {
        thread.join();
    }
    CHECK(answered == 4);
}

static void a_batch_and_a_stream_outlive_their_session(const std::string &base) {
    auto session = std::make_unique<sortie::session>();
    session->set_header("X-From", "the session");
    sortie::batch batch(*session);
    sortie::stream stream = session->stream(sortie::request("GET", base + "/bytes/50000"));
    batch.submit(sortie::request("GET", base + "/anything"));
    batch.turn(0ms);
    batch.submit(sortie::request("GET", base + "/anything"));
    session.reset();
    batch.submit(sortie::request("GET", base + "/anything"));
    batch.run();
    for (int index = 0; index < 3; ++index) {
        CHECK(has(batch.take()->answer.value().content(), "the session"));
    }
    CHECK(stream.read_all().size() == 50000);
}

static void threads_share_a_session(const std::string &base) {
    sortie::session session;
    std::atomic<int> answered{0};
    std::vector<std::thread> threads;
    for (int index = 0; index < 8; ++index) {
        threads.emplace_back([&, index] {
            for (int turn = 0; turn < 10; ++turn) {
                session.set_header("X-Thread", std::to_string(index));
                answered += session.get(base + "/get").is_ok() ? 1 : 0;
            }
        });
    }
    for (std::thread &thread : threads) {
        thread.join();
    }
    CHECK(answered == 80);
}

static void a_cancel_ends_a_call_from_elsewhere(const std::string &base) {
    sortie::session session;
    sortie::cancel token;
    std::atomic<bool> sent{false};
    session.on_pre_request([&](sortie::prepared &) { sent = true; });
    std::thread other([&] {
        while (!sent) {
            std::this_thread::yield();
        }
        token.fire();
    });
    CHECK(session.try_send(sortie::request("GET", base + "/hold"), &token).error().status() == SORTIE_ERR_CANCELLED);
    other.join();
}

int main(int argc, char **argv) {
    begin();
    const std::string base = argument(argc, argv, 1);
    threads_finish_what_they_sent(base);
    a_batch_and_a_stream_outlive_their_session(base);
    threads_share_a_session(base);
    a_cancel_ends_a_call_from_elsewhere(base);
    return 0;
}
