// Maps and batches of sortie.hpp.
#include "check.hpp"

#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include <poll.h>

using namespace std::chrono_literals;

static std::vector<sortie::request> requests(const std::string &base, std::size_t count) {
    std::vector<sortie::request> all;
    for (std::size_t index = 0; index < count; ++index) {
        all.emplace_back("GET", base + "/anything/" + std::to_string(index));
    }
    return all;
}

static void a_map_is_in_order(const std::string &base) {
    sortie::session session;
    auto all = requests(base, 40);
    all.emplace_back("GET", "http://127.0.0.1:1/");
    for (auto &answers : {session.map(all), sortie::batch(session).map(all)}) {
        CHECK(answers.size() == 41);
        for (std::size_t index = 0; index < 40; ++index) {
            CHECK(answers[index] && has(answers[index]->url(), "/anything/" + std::to_string(index)));
        }
        CHECK(!answers[40] && answers[40].error().status() == SORTIE_ERR_CONNECT);
    }
    const sortie::request two[] = {sortie::request("GET", base + "/get"), sortie::request("GET", base + "/get")};
    CHECK(session.map(two).size() == 2 && session.map(std::vector<sortie::request>()).empty());
    sortie::cancel token;
    token.fire();
    CHECK(token.is_fired());
    CHECK(session.map(all, &token)[0].error().status() == SORTIE_ERR_CANCELLED);
}

static void outcomes_are_taken_and_told(const std::string &base) {
    sortie::session session;
    sortie::batch batch(session);
    batch.set_concurrency(4).set_per_origin(3).set_deadline(1min).set_fail_fast(false).set_memory_budget(1 << 20);
    batch.set_retry_budget(0.5);
    std::uint64_t most = 0;
    batch.on_progress([&](const sortie::progress &far) { most = far.done > most ? far.done : most; });
    int mark = 0, told = 0;
    const auto all = requests(base, 5);
    const auto call = batch.submit(all[0], &mark);
    batch.submit(all[1], [&](sortie::result<sortie::response> answer) {
        told += answer && has(answer->url(), "/anything/1") ? 1 : 0;
        // The batch may be used, and what came may be kept.
        batch.submit(all[2], [&, kept = std::move(answer)](sortie::result<sortie::response> later) {
            told += later && kept.value().is_ok() ? 1 : 0;
        });
    });
    CHECK(batch.submit_many(all).size() == 5);
    CHECK(batch.unfinished() == 7);
    batch.run();
    CHECK(told == 2 && batch.unfinished() == 6);
    std::size_t taken = 0;
    bool marked = false;
    while (auto outcome = batch.take()) {
        taken += 1;
        CHECK(outcome->answer);
        marked = marked || (outcome->user == &mark && outcome->call == call);
    }
    CHECK(taken == 6 && marked && most > 0 && batch.unfinished() == 0);
    const auto far = batch.progress();
    CHECK(far.submitted == 8 && far.done == 8 && far.failed == 0 && far.in_flight == 0 && far.bytes > 0);
    CHECK(batch.pool().opened >= 1);
}

static void what_is_thrown_comes_out_of_the_turn(const std::string &base) {
    sortie::session session;
    sortie::batch batch(session);
    const auto all = requests(base, 6);
    int told = 0, caught = 0;
    for (const auto &request : all) {
        batch.submit(request, [&](sortie::result<sortie::response>) {
            told += 1;
            throw std::runtime_error("told");
        });
    }
    while (told < 6) {
        try {
            batch.run();
        } catch (const std::runtime_error &) {
            caught += 1;
        }
    }
    CHECK(caught == 6);
    bool out = false;
    batch.on_progress([&](const sortie::progress &) {
        if (!out) {
            out = true;
            throw std::runtime_error("watched");
        }
    });
    batch.submit(all[0]);
    caught = 0;
    for (;;) {
        try {
            batch.run();
            break;
        } catch (const std::runtime_error &) {
            caught += 1;
        }
    }
    CHECK(caught == 1 && batch.take().has_value());
}

static void what_watches_throws_where_it_is_told(const std::string &base) {
    sortie::session session;
    const auto all = requests(base, 3);
    const auto throws = [](auto &&work) {
        try {
            work();
        } catch (const std::runtime_error &) {
            return true;
        }
        return false;
    };
    const auto watch = [](const sortie::progress &far) {
        if (far.done == far.submitted) {
            throw std::runtime_error("watched");
        }
    };
    {
        sortie::batch batch(session);
        batch.on_progress(watch);
        CHECK(throws([&] { batch.map(all); }));
        CHECK(!batch.take().has_value() && !throws([&] { batch.run(); }));
        CHECK(throws([&] { (void)batch.try_map(all); }));
    }
    {
        // The end may be told by the take of the last outcome, which is not lost.
        sortie::batch batch(session);
        batch.on_progress(watch).submit(all[0]);
        std::size_t thrown = 0, taken = 0;
        for (bool more = true; more;) {
            thrown += throws([&] {
                batch.turn(10ms);
                for (;;) {
                    const auto outcome = batch.take();
                    taken += outcome.has_value() ? 1 : 0;
                    more = batch.unfinished() > 0;
                    if (!outcome) {
                        break;
                    }
                }
            });
        }
        CHECK(thrown == 1 && taken == 1);
        CHECK(!throws([&] { batch.turn(0ms); }) && !throws([&] { batch.run(); }));
    }
}

static void a_call_is_cancelled_and_a_batch_freed_when_told(const std::string &base) {
    sortie::session session;
    auto batch = std::make_unique<sortie::batch>(session);
    const sortie::request hold("GET", base + "/hold");
    auto held = std::make_shared<int>(0);
    batch->submit(hold, [held](sortie::result<sortie::response>) { *held += 1; });
    const auto call = batch->submit(hold, [&, held](sortie::result<sortie::response> answer) {
        CHECK(!answer && answer.error().status() == SORTIE_ERR_CANCELLED);
        batch.reset();
    });
    auto *raw = batch.get();
    raw->turn(0ms);
    CHECK(raw->cancel_call(call) && !raw->cancel_call(call + 100));
    while (batch) {
        raw->turn();
    }
    // The other one was given up unheard.
    CHECK(*held == 0 && held.use_count() == 1);

    sortie::batch other(session);
    sortie::cancel token;
    other.set_cancel(token).submit(hold);
    other.turn(0ms);
    token.fire();
    other.run();
    CHECK(other.take()->answer.error().status() == SORTIE_ERR_CANCELLED);
    CHECK(thrown([&] { other.set_deadline(0ms); }) == SORTIE_ERR_ARGUMENT);
}

static void a_waker_ends_a_wait(const std::string &base) {
    sortie::session session;
    sortie::batch batch(session);
    batch.submit(sortie::request("GET", base + "/hold"));
    batch.turn(0ms);
    const auto waker = batch.waker();
    std::thread other([&] { waker.wake(); });
    batch.turn(1min);
    other.join();
    batch.cancel_all();
    batch.run();
}

static void a_loop_of_ones_own_needs_one_descriptor(const std::string &base) {
    sortie::session session;
    sortie::batch batch(session);
    int told = 0;
    for (const auto &request : requests(base, 10)) {
        batch.submit(request, [&](sortie::result<sortie::response> answer) { told += answer ? 1 : 0; });
    }
    while (told < 10) {
        pollfd ready{batch.fd(), POLLIN, 0};
        const auto wait = batch.wait();
        poll(&ready, 1, wait ? static_cast<int>(wait->count()) : -1);
        batch.turn(0ms);
    }
}

static void a_batch_that_was_moved_from_answers(const std::string &base) {
    sortie::session session;
    sortie::batch batch(session), other(std::move(batch));
    const auto all = requests(base, 2);
    const auto done = [](sortie::result<sortie::response>) {};
    CHECK(thrown([&] { batch.turn(); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { batch.run(); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { batch.take(); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { batch.unfinished(); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { batch.wait(); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { batch.fd(); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { batch.submit(all[0]); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { batch.submit(all[0], done); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { batch.submit_many(all); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { batch.map(all); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { batch.cancel_call(0); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { batch.cancel_all(); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { batch.progress(); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { batch.pool(); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { batch.waker(); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { batch.set_concurrency(1); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { batch.on_progress([](const sortie::progress &) {}); }) == SORTIE_ERR_NULL);
    CHECK(other.map(all).size() == 2);
    batch = std::move(other);
    CHECK(batch.map(all).size() == 2);
}

int main(int argc, char **argv) {
    begin();
    const std::string base = argument(argc, argv, 1);
    a_map_is_in_order(base);
    outcomes_are_taken_and_told(base);
    what_is_thrown_comes_out_of_the_turn(base);
    what_watches_throws_where_it_is_told(base);
    a_call_is_cancelled_and_a_batch_freed_when_told(base);
    a_waker_ends_a_wait(base);
    a_batch_that_was_moved_from_answers(base);
    a_loop_of_ones_own_needs_one_descriptor(base);
    return 0;
}
