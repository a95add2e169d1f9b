// Hooks of sortie.hpp: lambdas that change what they are lent, refuse, fail, throw.
#include "check.hpp"

#include <atomic>
#include <memory>
#include <stdexcept>
#include <type_traits>

static void what_hooks_change_counts(const std::string &base) {
    sortie::session session;
    int after = 0;
    session
        .on_args([](sortie::lent_request &request) { request.set_header("X-Args", "1").add_param("from", "args"); })
        .on_pre_request([](sortie::prepared &prepared) {
            CHECK(prepared.method() == "GET" && has(prepared.url(), "from=args") && prepared.body().empty());
            CHECK(prepared.header("x-args") == std::string_view("1") && prepared.headers().size() > 2);
            prepared.set_header("X-Pre", "1").append_header("X-Pre", "2").remove_header("X-Args");
        })
        .on_post_request([&](sortie::prepared &prepared, const sortie::went &how) {
            CHECK(prepared.header("X-Pre").has_value());
            CHECK(how.response.has_value() && how.response->status() == 200 && !how.error.has_value());
            after += 1;
        })
        .on_response([](sortie::lent_response &response) {
            response.set_status(299).set_header("X-Response", "1").set_content(std::string(response.content()) + "!");
        });
    const auto response = session.get(base + "/anything");
    CHECK(response.status() == 299 && response.header("X-Response").has_value() && response.content().back() == '!');
    CHECK(has(response.content(), "X-Pre") && response.content().find("X-Args") == std::string_view::npos);
    CHECK(after == 1);
}

static void a_hook_that_keeps_changes_nothing(const std::string &base) {
    sortie::request request("GET", base + "/anything");
    request.on_args([](sortie::lent_request &lent) {
        lent.set_header("X-Kept", "1");
        return sortie::verdict::keep();
    });
    CHECK(content_of(sortie::session().send(request)).find("X-Kept") == std::string::npos);
}

static void what_is_lent_to_a_hook_stays_there(const std::string &base) {
    static_assert(!std::is_move_constructible_v<sortie::lent_request>);
    static_assert(!std::is_move_assignable_v<sortie::lent_request>);
    static_assert(!std::is_constructible_v<sortie::request, sortie::lent_request>);
    static_assert(!std::is_move_constructible_v<sortie::prepared>);
    static_assert(!std::is_move_constructible_v<sortie::lent_response>);
    sortie::session session;
    std::optional<sortie::request> kept;
    session.on_args([&](sortie::lent_request &lent) {
        lent.set_header("X-Seen", "1");
        CHECK(lent.method() == "GET" && lent.header("x-seen") == std::string_view("1"));
        kept = lent.copy();
        lent.unset_header("X-Seen");
    });
    CHECK(content_of(session.get(base + "/anything")).find("X-Seen") == std::string::npos);
    CHECK(has(content_of(sortie::session().send(kept->set_method("PUT"))), "X-Seen"));
    CHECK(has(kept->url(), "/anything"));
}

static void a_hook_that_refuses_ends_the_call(const std::string &base) {
    sortie::session session;
    session.on_pre_request([](sortie::prepared &) { return sortie::verdict::refuse("not on a Sunday"); });
    const auto refused = session.try_get(base + "/get");
    CHECK(!refused && refused.error().status() == SORTIE_ERR_REFUSED);
    CHECK(has(refused.error().chain(), "not on a Sunday"));
}

static void a_hook_that_throws_is_a_warning(const std::string &base) {
    sortie::session session;
    session.on_args([](sortie::lent_request &lent) {
        lent.set_header("X-Lost", "1");
        throw std::runtime_error("thrown in args");
    });
    session.on_pre_request([](sortie::prepared &) { throw 7; });
    session.on_post_request([](sortie::prepared &, const sortie::went &) { throw std::logic_error("thrown after"); });
    session.on_response([](sortie::lent_response &lent) -> sortie::verdict {
        lent.set_status(500);
        if (lent.header("content-type").has_value()) {
            return sortie::verdict::fail("said so");
        }
        throw std::runtime_error("not reached");
    });
    const auto response = session.get(base + "/anything");
    CHECK(response.status() == 200 && response.content().find("X-Lost") == std::string_view::npos);
    std::string all;
    for (std::string_view warning : response.warnings()) {
        all += warning;
        all += '\n';
    }
    CHECK(response.warnings().size() == 4);
    CHECK(has(all, "thrown in args") && has(all, "no std::exception"));
    CHECK(has(all, "thrown after") && has(all, "said so"));
}

static void a_failure_reaches_the_hook_after_it() {
    sortie::session session;
    std::optional<sortie::error> seen;
    session.on_post_request([&](sortie::prepared &, const sortie::went &how) { seen = how.error; });
    CHECK(!session.try_get("http://127.0.0.1:1/"));
    // It is a copy: it may be kept.
    CHECK(seen.has_value() && seen->status() == SORTIE_ERR_CONNECT && !seen->causes().empty());
}

static void what_a_hook_holds_is_let_go(const std::string &base) {
    auto held = std::make_shared<int>(0);
    {
        sortie::session session;
        sortie::request request("GET", base + "/get");
        session.on_args([held](sortie::lent_request &) { *held += 1; });
        request.on_args([held](sortie::lent_request &) { *held += 1; });
        session.send(request);
        CHECK(held.use_count() == 3);
    }
    CHECK(held.use_count() == 1 && *held == 2);
}

int main(int argc, char **argv) {
    begin();
    const std::string base = argument(argc, argv, 1);
    what_hooks_change_counts(base);
    a_hook_that_keeps_changes_nothing(base);
    what_is_lent_to_a_hook_stays_there(base);
    a_hook_that_refuses_ends_the_call(base);
    a_hook_that_throws_is_a_warning(base);
    a_failure_reaches_the_hook_after_it();
    what_a_hook_holds_is_let_go(base);
    return 0;
}
