// Sessions, requests, responses, cookies and errors of sortie.hpp.
#include "check.hpp"

#include <limits>
#include <type_traits>

// What a handle lends is gone with it: who lends has a name.
#define LENDS(Handle, Call)                                                                                            \
    do {                                                                                                               \
        const auto asked = [](auto &&lender) -> decltype(static_cast<decltype(lender)>(lender)Call) {                  \
            return static_cast<decltype(lender)>(lender)Call;                                                          \
        };                                                                                                             \
        static_assert(std::is_invocable_v<decltype(asked), Handle &>);                                                 \
        static_assert(std::is_invocable_v<decltype(asked), const Handle &>);                                           \
        static_assert(!std::is_invocable_v<decltype(asked), Handle>);                                                  \
        static_assert(!std::is_invocable_v<decltype(asked), const Handle>);                                            \
    } while (false)

using namespace std::chrono_literals;

static void a_response_says_what_came(sortie::session &session, const std::string &base) {
    auto response = session.get(base + "/response-headers?X-One=1&X-Two=2");
    CHECK(response.status() == 200 && response.is_ok());
    CHECK(response.reason() == "OK" && response.version() == "HTTP/1.1");
    CHECK(has(response.url(), "/response-headers"));
    CHECK(response.header("x-one") == std::string_view("1"));
    CHECK(!response.header("x-three").has_value());
    std::size_t seen = 0;
    for (const auto &[name, value] : response.headers()) {
        CHECK(!name.empty());
        seen += value == "1" || value == "2" ? 1 : 0;
    }
    CHECK(seen >= 2 && response.headers().size() >= 2);
    CHECK(response.headers()[0].name == (*response.headers().begin()).name);
    CHECK(has(response.content(), "X-One") && response.text() == response.content());
    CHECK(!response.encoding().empty() && !response.peer().empty());
    CHECK(response.elapsed() > 0ns && response.timings().total >= response.timings().first_byte);
    CHECK(response.request_method() == "GET" && has(response.request_url(), "X-One"));
    CHECK(response.request_header("host").has_value() && !response.request_headers().empty());
    CHECK(response.warnings().empty() && response.trailers().empty());
    auto moved = std::move(response);
    CHECK(moved.status() == 200);
    moved = session.get(base + "/status/404");
    CHECK(moved.status() == 404);
}

static void redirects_and_links_are_ranges(sortie::session &session, const std::string &base) {
    const auto response = session.get(base + "/redirect/2");
    std::size_t redirects = 0;
    for (const auto &before : response.history()) {
        CHECK(before.status() == 302);
        redirects += 1;
    }
    CHECK(redirects == 2);
    const auto page = session.get(base + "/link-header/3/1");
    CHECK(page.link("next").has_value() && !page.links().empty());
    for (const sortie::link &link : page.links()) {
        CHECK(!link.target.empty() && !link.relation.empty());
    }
}

static void a_request_is_built_of_views(sortie::session &session, const std::string &base) {
    // None of them ends with a NUL.
    const std::string words = "POSTX-Namevaluepart";
    const std::string_view all = words;
    sortie::request request(all.substr(0, 4), base + "/anything");
    request.set_header(all.substr(4, 6), all.substr(10, 5))
        .append_header("X-Name", "other")
        .add_param("q", "a b")
        .add_cookie("biscuit", "yes")
        .set_timeout(sortie::timeout_of::total, 1min)
        .set_timeout(sortie::timeout_of::queue, sortie::never)
        .set_redirects(false)
        .set_redirected(false)
        .set_max_redirects(3)
        .set_max_content(1 << 20)
        .set_resend(true)
        .set_retries(sortie::retries(2)
                         .set_statuses({503})
                         .set_failures(true)
                         .set_any_method(false)
                         .set_backoff(1ms, 2ms)
                         .set_jitter(10))
        .set_text("t\u00e4xt");
    CHECK(request.method() == "POST" && has(request.url(), "/anything"));
    CHECK(request.header("x-name") == std::string_view("value"));
    auto copy = request.copy();
    const auto response = session.send(request);
    CHECK(has(response.content(), "\"X-Name\"") && has(response.content(), "a b"));
    CHECK(has(response.content(), "biscuit"));
    copy.set_method("PUT").set_json("{\"a\": [1, 2]}").unset_header("X-Name");
    CHECK(has(content_of(session.send(copy)), "PUT"));
    sortie::request form("POST", base + "/anything");
    CHECK(has(content_of(session.send(form.add_form("name", "of a form"))), "of a form"));
    CHECK(has(content_of(session.send(sortie::request("POST", base + "/anything")
                                          .add_part("one", "of many")
                                          .add_part("two", "more", "file.txt", "text/plain"))),
              "of many"));
    CHECK(has(content_of(session.post(base + "/anything", "posted", "text/x-own")), "text/x-own"));
    CHECK(session.send(sortie::request("GET", base + "/basic-auth/me/secret").set_basic_auth("me", "secret")).is_ok());
    CHECK(content_of(session.send(sortie::request("GET", base + "/range/100").set_range(10, 19))).size() == 10);
}

static void faults_are_thrown_or_returned(sortie::session &session, const std::string &base) {
    using namespace std::string_view_literals;
    CHECK(thrown([&] { session.get("no url"); }) == SORTIE_ERR_INVALID_URL);
    CHECK(thrown([&] { sortie::request("G T", base); }) == SORTIE_ERR_ARGUMENT);
    sortie::request request("GET", base);
    CHECK(thrown([&] { request.set_header("X", "a\0b"sv); }) == SORTIE_ERR_ARGUMENT);
    CHECK(thrown([&] { request.set_header("X", "\xff"); }) == SORTIE_ERR_UTF8);
    CHECK(thrown([&] { request.set_timeout(sortie::timeout_of::total, 0s); }) == SORTIE_ERR_ARGUMENT);
    CHECK(thrown([&] { request.set_timeout(sortie::timeout_of::total, -1ms); }) == SORTIE_ERR_ARGUMENT);
    CHECK(thrown([&] { request.set_timeout(sortie::timeout_of::total, std::chrono::hours::max()); }) == SORTIE_OK);
    using seconds = std::chrono::duration<double>;
    for (const double none : {std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity()}) {
        CHECK(thrown([&] { request.set_timeout(sortie::timeout_of::total, seconds(none)); }) == SORTIE_ERR_ARGUMENT);
    }
    const seconds long_time(std::numeric_limits<double>::infinity());
    CHECK(thrown([&] { request.set_timeout(sortie::timeout_of::total, long_time); }) == SORTIE_OK);
    CHECK(sortie::timeout(seconds(0.0011)).count_ms() == 2);
    CHECK(thrown([&] { session.get(base + "/status/500").raise_for_status(); }) == SORTIE_ERR_STATUS);

    const auto none = session.try_get("http://127.0.0.1:1/");
    CHECK(!none);
    const sortie::error error = none.error();
    CHECK(error.status() == SORTIE_ERR_CONNECT && !error.is_timeout() && error.os_error() != 0);
    CHECK(!error.kind().empty() && !error.phase().empty());
    CHECK(error.method() == "GET" && has(error.url(), "127.0.0.1:1"));
    CHECK(!error.causes().empty() && error.warnings().empty() && !error.response().has_value());
    CHECK(has(error.chain(), error.causes().front()));
    CHECK(thrown([&] { none.value(); }) == SORTIE_ERR_CONNECT);

    // What is lent by something without a name does not compile; what is not, does.
    const sortie::error kept = session.try_get("http://127.0.0.1:1/").error();
    CHECK(kept.status() == SORTIE_ERR_CONNECT);
    CHECK((*session.try_get(base + "/get")).status() == 200);

    const auto refused = session.get(base + "/status/404").try_raise_for_status();
    CHECK(!refused && refused.error().response()->status() == 404);
}

static void a_name_with_a_nul_is_nobodys(const std::string &base) {
    using namespace std::string_view_literals;
    sortie::session session;
    session.on_pre_request([](sortie::prepared &prepared) {
        CHECK(prepared.header("Host").has_value() && !prepared.header("Host\0zz"sv).has_value());
    });
    sortie::request request("GET", base + "/cookies/set/a/b");
    request.set_redirects(false).set_header("X-One", "1");
    CHECK(request.header("X-One"sv).has_value() && !request.header("X-One\0zz"sv).has_value());
    const auto response = session.send(request);
    CHECK(response.header("Set-Cookie").has_value() && !response.header("Set-Cookie\0zz"sv).has_value());
    CHECK(response.request_header("X-One").has_value() && !response.request_header("X-One\0"sv).has_value());
    const auto cookies = response.cookies();
    CHECK(cookies.value("a").has_value() && !cookies.value("a\0b"sv).has_value());
    const auto page = session.get(base + "/link-header/3/1");
    CHECK(page.link("next").has_value() && !page.link("next\0zz"sv).has_value());
}

static void a_session_has_defaults(const std::string &base, const std::string &folder) {
    sortie::session session;
    session.set_base_url(base)
        .set_user_agent("hpp/1")
        .set_header("X-Default", "yes")
        .set_sensitive_header("X-Secret", "hush")
        .add_param("every", "time")
        .set_bearer_auth("token")
        .set_timeout(sortie::timeout_of::connect, 30s)
        .set_redirects(true)
        .set_max_redirects(5)
        .set_referer(true)
        .set_retries(sortie::retries(1))
        .set_https_only(false)
        .set_max_content(std::nullopt)
        .set_resend(true)
        .set_connections(10)
        .set_per_origin(5)
        .set_idle_timeout(1min)
        .set_proxy(std::nullopt)
        .set_trust_env(false)
        .set_tcp_keepalive(1min)
        .set_addresses(sortie::addresses::all)
        .set_cookies(true);
    std::string log;
    session.set_log([&](std::string_view line) { log += line; }, sortie::log_style::lines);
    const auto response = session.get("anything");
    CHECK(has(response.content(), "hpp/1") && has(response.content(), "X-Default"));
    CHECK(has(response.content(), "Bearer token") && has(response.content(), "every") && has(log, "/anything"));
    session.unset_log().unset_auth().unset_header("X-Default").set_log_path(folder + "/log").unset_log();
    CHECK(!has(content_of(session.get("anything")), "X-Default"));
    CHECK(session.warm(base, 2) == 2);

    session.add_cookie(base, "one=1; Path=/; Max-Age=1000; SameSite=Lax");
    session.get("cookies/set/two/2");
    const sortie::cookies cookies = session.cookies();
    CHECK(cookies.size() == 2 && cookies.value("two") == std::string_view("2") && !cookies.value("three").has_value());
    for (const sortie::cookie &cookie : cookies) {
        CHECK(cookie.path == "/" && !cookie.domain.empty() && !cookie.secure && cookie.host_only);
        CHECK(cookie.expires.has_value() == (cookie.name == "one"));
    }
    session.save_cookies(folder + "/cookies.txt", sortie::cookie_format::netscape, true);
    sortie::session other;
    CHECK(other.load_cookies(folder + "/cookies.txt", sortie::cookie_format::netscape) == 2);
    session.clear_cookies();
    CHECK(session.cookies().empty());
    session.save(folder + "/session.json", false);
    CHECK(has(content_of(sortie::session::restore(folder + "/session.json").get("anything")), "hpp/1"));
}

static void what_was_moved_from_answers(const std::string &base) {
    sortie::error why = sortie::session().try_get("http://127.0.0.1:1/").error();
    const sortie::error there = std::move(why);
    CHECK(there.status() == SORTIE_ERR_CONNECT && why.status() == there.status());
    CHECK(why.what() == there.chain() && why.message() == there.message() && why.causes() == there.causes());
    sortie::error assigned(SORTIE_ERR_OTHER, "other");
    assigned = std::move(why);
    CHECK(why.what() == assigned.chain() && !why.response().has_value());

    sortie::session session, second = std::move(session);
    CHECK(thrown([&] { session.get(base + "/get"); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { session.set_header("X", "1"); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { session.cookies(); }) == SORTIE_ERR_NULL);
    sortie::request request("GET", base + "/get"), another = std::move(request);
    CHECK(request.method().empty() && request.url().empty() && !request.header("X").has_value());
    CHECK(thrown([&] { request.set_method("PUT"); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { second.send(request); }) == SORTIE_ERR_NULL);
    const sortie::request both[] = {std::move(request), std::move(another)};
    CHECK(thrown([&] { second.map(both); }) == SORTIE_ERR_NULL);

    auto response = second.send(both[1]), kept = std::move(response);
    CHECK(kept.status() == 200 && response.status() == 0 && response.content().empty());
    CHECK(response.headers().empty() && !response.header("Host").has_value() && response.history().empty());
    CHECK(thrown([&] { response.raise_for_status(); }) == SORTIE_ERR_NULL);
    auto cookies = kept.cookies(), others = std::move(cookies);
    CHECK(cookies.empty() && cookies[0].name.empty() && !cookies.value("a").has_value() && others.empty());
    auto stream = second.stream(both[1]), elsewhere = std::move(stream);
    char buffer[10];
    CHECK(thrown([&] { stream.read(buffer, sizeof buffer); }) == SORTIE_ERR_NULL);
    CHECK(thrown([&] { stream.response(); }) == SORTIE_ERR_NULL && stream.trailers().empty());
    sortie::cancel token, fired = std::move(token);
    CHECK(thrown([&] { token.fire(); }) == SORTIE_ERR_NULL && !token.is_fired());
    sortie::retries once(1), twice = std::move(once);
    CHECK(thrown([&] { once.set_failures(true); }) == SORTIE_ERR_NULL);
    sortie::tls tls, safe = std::move(tls);
    CHECK(thrown([&] { tls.set_resumption(true); }) == SORTIE_ERR_NULL);
}

static void only_what_has_a_name_lends() {
    LENDS(sortie::response, .reason());
    LENDS(sortie::response, .version());
    LENDS(sortie::response, .url());
    LENDS(sortie::response, .content());
    LENDS(sortie::response, .text());
    LENDS(sortie::response, .encoding());
    LENDS(sortie::response, .header(""));
    LENDS(sortie::response, .headers());
    LENDS(sortie::response, .trailers());
    LENDS(sortie::response, .history());
    LENDS(sortie::response, .links());
    LENDS(sortie::response, .link(""));
    LENDS(sortie::response, .peer());
    LENDS(sortie::response, .request_method());
    LENDS(sortie::response, .request_url());
    LENDS(sortie::response, .request_header(""));
    LENDS(sortie::response, .request_headers());
    LENDS(sortie::response, .warnings());
    static_assert(!std::is_constructible_v<sortie::response_view, sortie::response>);
    static_assert(!std::is_assignable_v<sortie::response_view &, sortie::response>);
    static_assert(std::is_constructible_v<sortie::response_view, const sortie::response &>);
    static_assert(std::is_assignable_v<sortie::response_view &, sortie::response &>);

    LENDS(sortie::error, .kind());
    LENDS(sortie::error, .message());
    LENDS(sortie::error, .phase());
    LENDS(sortie::error, .method());
    LENDS(sortie::error, .url());
    LENDS(sortie::error, .causes());
    LENDS(sortie::error, .warnings());
    LENDS(sortie::error, .chain());
    LENDS(sortie::error, .response());
    LENDS(sortie::result<sortie::response>, .operator->());
    static_assert(!std::is_reference_v<decltype(std::declval<sortie::result<sortie::response>>().error())>);
    static_assert(!std::is_reference_v<decltype(std::declval<sortie::result<void>>().error())>);
    static_assert(!std::is_reference_v<decltype(*std::declval<sortie::result<sortie::response>>())>);

    LENDS(sortie::cookies, [0]);
    LENDS(sortie::cookies, .value(""));
    LENDS(sortie::cookies, .begin());
    LENDS(sortie::cookies, .end());
    LENDS(sortie::stream, .response());
    LENDS(sortie::stream, .try_response());
    LENDS(sortie::stream, .trailers());
    LENDS(sortie::request, .method());
    LENDS(sortie::request, .url());
    LENDS(sortie::request, .header(""));
}

int main(int argc, char **argv) {
    begin();
    const std::string base = argument(argc, argv, 1);
    const std::string folder = argument(argc, argv, 2);
    only_what_has_a_name_lends();
    sortie::check_version();
    CHECK(sortie::get(base + "/get").status() == 200);
    CHECK(has(content_of(sortie::post(base + "/post", "body", "text/plain")), "body"));
    sortie::session session;
    a_response_says_what_came(session, base);
    redirects_and_links_are_ranges(session, base);
    a_request_is_built_of_views(session, base);
    what_was_moved_from_answers(base);
    faults_are_thrown_or_returned(session, base);
    a_name_with_a_nul_is_nobodys(base);
    a_session_has_defaults(base, folder);
    const auto set = session.send(sortie::request("GET", base + "/cookies/set/a/b").set_redirects(false));
    const auto cookies = set.cookies();
    CHECK(cookies.size() == 1 && cookies[0].value == "b");
    sortie::tls tls;
    CHECK(thrown([&] { tls.set_roots_pem("no pem"); }) != SORTIE_OK);
    tls.set_min_version(sortie::tls_version::v1_3).set_resumption(false).add_pin_sha256({});
    session.set_tls(tls).set_proxy_tls(tls);
    return 0;
}
