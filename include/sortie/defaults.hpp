/// What a session does by default.
#ifndef SORTIE_DEFAULTS_HPP
#define SORTIE_DEFAULTS_HPP

#include "call.hpp"
#include "hooks.hpp"
#include "request.hpp"
#include "retries.hpp"
#include "tls.hpp"

namespace sortie::detail {

/// The settings of a session. A change is atomic and holds for calls that begin later, on any thread; a fault in it
/// changes nothing.
template <class Session> class defaults {
public:
    /// What relative URLs are joined with; `std::nullopt` for nothing.
    Session &set_base_url(optional_text url) { return self(try_set_base_url(url)); }
    result<void> try_set_base_url(optional_text url) { return detail::call(sortie_session_set_base_url, raw(), url); }
    Session &set_user_agent(std::string_view agent) { return self(try_set_user_agent(agent)); }
    result<void> try_set_user_agent(std::string_view agent) {
        return detail::call(sortie_session_set_user_agent, raw(), agent);
    }
    /// A header field of each request, in place of those of that name.
    Session &set_header(std::string_view name, std::string_view value) { return self(try_set_header(name, value)); }
    result<void> try_set_header(std::string_view name, std::string_view value) {
        return detail::call(sortie_session_set_header, raw(), name, value);
    }
    /// The same, with a value that no log and no error shows.
    Session &set_sensitive_header(std::string_view name, std::string_view value) {
        return self(try_set_sensitive_header(name, value));
    }
    result<void> try_set_sensitive_header(std::string_view name, std::string_view value) {
        return detail::call(sortie_session_set_sensitive_header, raw(), name, value);
    }
    Session &unset_header(std::string_view name) { return self(try_unset_header(name)); }
    result<void> try_unset_header(std::string_view name) {
        return detail::call(sortie_session_unset_header, raw(), name);
    }
    /// A parameter of each URL's query.
    Session &add_param(std::string_view name, std::string_view value) { return self(try_add_param(name, value)); }
    result<void> try_add_param(std::string_view name, std::string_view value) {
        return detail::call(sortie_session_add_param, raw(), name, value);
    }

    /// Says who asks.
    Session &set_basic_auth(std::string_view user, std::string_view password) {
        return self(try_set_basic_auth(user, password));
    }
    result<void> try_set_basic_auth(std::string_view user, std::string_view password) {
        return detail::call(sortie_session_set_basic_auth, raw(), user, password);
    }
    Session &set_digest_auth(std::string_view user, std::string_view password) {
        return self(try_set_digest_auth(user, password));
    }
    result<void> try_set_digest_auth(std::string_view user, std::string_view password) {
        return detail::call(sortie_session_set_digest_auth, raw(), user, password);
    }
    Session &set_bearer_auth(std::string_view token) { return self(try_set_bearer_auth(token)); }
    result<void> try_set_bearer_auth(std::string_view token) {
        return detail::call(sortie_session_set_bearer_auth, raw(), token);
    }
    Session &unset_auth() { return self(try_unset_auth()); }
    result<void> try_unset_auth() { return detail::call(sortie_session_unset_auth, raw()); }
    /// Takes credentials from a netrc file.
    Session &set_netrc(std::string_view path) { return self(try_set_netrc(path)); }
    result<void> try_set_netrc(std::string_view path) { return detail::call(sortie_session_set_netrc, raw(), path); }

    /// Bounds a part of each call; `never` lifts it.
    Session &set_timeout(timeout_of which, timeout time) { return self(try_set_timeout(which, time)); }
    result<void> try_set_timeout(timeout_of which, timeout time) {
        return detail::call(sortie_session_set_timeout_ms, raw(), which, time);
    }
    Session &set_redirects(bool follow) { return self(try_set_redirects(follow)); }
    result<void> try_set_redirects(bool follow) { return detail::call(sortie_session_set_redirects, raw(), follow); }
    Session &set_max_redirects(std::uint32_t most) { return self(try_set_max_redirects(most)); }
    result<void> try_set_max_redirects(std::uint32_t most) {
        return detail::call(sortie_session_set_max_redirects, raw(), most);
    }
    /// Whether a redirect says where it came from.
    Session &set_referer(bool on) { return self(try_set_referer(on)); }
    result<void> try_set_referer(bool on) { return detail::call(sortie_session_set_referer, raw(), on); }
    Session &set_retries(const retries &policy) { return self(try_set_retries(policy)); }
    result<void> try_set_retries(const retries &policy) {
        return detail::call(sortie_session_set_retries, raw(), policy.raw());
    }
    /// Whether `http:` is refused.
    Session &set_https_only(bool on) { return self(try_set_https_only(on)); }
    result<void> try_set_https_only(bool on) { return detail::call(sortie_session_set_https_only, raw(), on); }
    /// The largest content that is read; `std::nullopt` for any.
    Session &set_max_content(size_limit bytes) { return self(try_set_max_content(bytes)); }
    result<void> try_set_max_content(size_limit bytes) {
        return detail::call(sortie_session_set_max_content, raw(), bytes);
    }
    /// Whether a request may be sent again on a connection that was stale.
    Session &set_resend(bool on) { return self(try_set_resend(on)); }
    result<void> try_set_resend(bool on) { return detail::call(sortie_session_set_resend, raw(), on); }

    /// How many connections there are at most, in all and to an origin, and how long one is kept for later.
    Session &set_connections(std::size_t most) { return self(try_set_connections(most)); }
    result<void> try_set_connections(std::size_t most) {
        return detail::call(sortie_session_set_connections, raw(), most);
    }
    Session &set_per_origin(std::size_t most) { return self(try_set_per_origin(most)); }
    result<void> try_set_per_origin(std::size_t most) {
        return detail::call(sortie_session_set_per_origin, raw(), most);
    }
    Session &set_idle_timeout(timeout time) { return self(try_set_idle_timeout(time)); }
    result<void> try_set_idle_timeout(timeout time) {
        return detail::call(sortie_session_set_idle_timeout_ms, raw(), time);
    }
    /// Goes by a proxy; with `std::nullopt` straight, whatever the environment says.
    Session &set_proxy(optional_text url) { return self(try_set_proxy(url)); }
    result<void> try_set_proxy(optional_text url) { return detail::call(sortie_session_set_proxy, raw(), url); }
    Session &set_proxy_for(std::string_view key, std::string_view url) { return self(try_set_proxy_for(key, url)); }
    result<void> try_set_proxy_for(std::string_view key, std::string_view url) {
        return detail::call(sortie_session_set_proxy_for, raw(), key, url);
    }
    Session &set_no_proxy(std::string_view list) { return self(try_set_no_proxy(list)); }
    result<void> try_set_no_proxy(std::string_view list) {
        return detail::call(sortie_session_set_no_proxy, raw(), list);
    }
    /// Whether the environment is asked for what is not said here.
    Session &set_trust_env(bool on) { return self(try_set_trust_env(on)); }
    result<void> try_set_trust_env(bool on) { return detail::call(sortie_session_set_trust_env, raw(), on); }
    Session &set_tls(const tls &settings) { return self(try_set_tls(settings)); }
    result<void> try_set_tls(const tls &settings) {
        return detail::call(sortie_session_set_tls, raw(), settings.raw());
    }
    Session &set_proxy_tls(const tls &settings) { return self(try_set_proxy_tls(settings)); }
    result<void> try_set_proxy_tls(const tls &settings) {
        return detail::call(sortie_session_set_proxy_tls, raw(), settings.raw());
    }
    Session &set_unix_socket(std::string_view path) { return self(try_set_unix_socket(path)); }
    result<void> try_set_unix_socket(std::string_view path) {
        return detail::call(sortie_session_set_unix_socket, raw(), path);
    }
    Session &set_bind(std::string_view address) { return self(try_set_bind(address)); }
    result<void> try_set_bind(std::string_view address) {
        return detail::call(sortie_session_set_bind, raw(), address);
    }
    Session &set_interface(std::string_view name) { return self(try_set_interface(name)); }
    result<void> try_set_interface(std::string_view name) {
        return detail::call(sortie_session_set_interface, raw(), name);
    }
    Session &set_tcp_keepalive(timeout idle) { return self(try_set_tcp_keepalive(idle)); }
    result<void> try_set_tcp_keepalive(timeout idle) {
        return detail::call(sortie_session_set_tcp_keepalive_ms, raw(), idle);
    }
    /// Where a host is, without a look-up: addresses, commas between them.
    Session &set_resolve(std::string_view name, std::int32_t port, std::string_view addresses) {
        return self(try_set_resolve(name, port, addresses));
    }
    result<void> try_set_resolve(std::string_view name, std::int32_t port, std::string_view addresses) {
        return detail::call(sortie_session_set_resolve, raw(), name, port, addresses);
    }
    Session &set_addresses(addresses rule) { return self(try_set_addresses(rule)); }
    result<void> try_set_addresses(addresses rule) { return detail::call(sortie_session_set_addresses, raw(), rule); }

    /// Writes what happens to a descriptor, which is duplicated, or to the end of a file.
    Session &set_log_fd(int descriptor, log_style style = log_style::lines) {
        return self(try_set_log_fd(descriptor, style));
    }
    result<void> try_set_log_fd(int descriptor, log_style style = log_style::lines) {
        return detail::call(sortie_session_set_log_fd, raw(), std::int32_t{descriptor}, style);
    }
    Session &set_log_path(std::string_view path, log_style style = log_style::lines) {
        return self(try_set_log_path(path, style));
    }
    result<void> try_set_log_path(std::string_view path, log_style style = log_style::lines) {
        return detail::call(sortie_session_set_log_path, raw(), path, style);
    }
    /// Hands it to `log(line)`, on any thread that uses the session. What that throws is lost.
    template <class F> Session &set_log(F &&log, log_style style = log_style::lines) {
        return self(try_set_log(std::forward<F>(log), style));
    }
    template <class F> result<void> try_set_log(F &&log, log_style style = log_style::lines) {
        using kept = context<std::decay_t<F>>;
        return call(sortie_session_set_log_callback, raw(), log_by<std::decay_t<F>>, kept::of(std::forward<F>(log)),
                    kept::drop, style);
    }
    Session &unset_log() { return self(try_unset_log()); }
    result<void> try_unset_log() { return detail::call(sortie_session_unset_log, raw()); }

    /// Whether cookies are kept.
    Session &set_cookies(bool kept) { return self(try_set_cookies(kept)); }
    result<void> try_set_cookies(bool kept) { return detail::call(sortie_session_set_cookies, raw(), kept); }
    /// Takes a cookie as if that URL had set it.
    Session &add_cookie(std::string_view url, std::string_view set_cookie) {
        return self(try_add_cookie(url, set_cookie));
    }
    result<void> try_add_cookie(std::string_view url, std::string_view set_cookie) {
        return detail::call(sortie_session_add_cookie, raw(), url, set_cookie);
    }
    Session &clear_cookies() { return self(try_clear_cookies()); }
    result<void> try_clear_cookies() { return detail::call(sortie_session_clear_cookies, raw()); }

    /// Hooks. They run on any thread that uses the session, several at once. A hook may return a `verdict`, or nothing:
    /// then what it changed counts. What it throws is a warning of the response, and the call goes on as if nothing had
    /// been changed.

    /// Before a request is prepared: `hook(lent_request &)`.
    template <class F> Session &on_args(F &&hook) { return self(try_on_args(std::forward<F>(hook))); }
    template <class F> result<void> try_on_args(F &&hook) {
        return args_hook<lent_request>(sortie_session_on_args, raw(), std::forward<F>(hook));
    }
    /// Before it is sent: `hook(prepared &)`.
    template <class F> Session &on_pre_request(F &&hook) { return self(try_on_pre_request(std::forward<F>(hook))); }
    template <class F> result<void> try_on_pre_request(F &&hook) {
        return pre_request_hook(sortie_session_on_pre_request, raw(), std::forward<F>(hook));
    }
    /// After it was sent, also in vain: `hook(prepared &, const went &)`. What it changes counts only where it says so.
    template <class F> Session &on_post_request(F &&hook) { return self(try_on_post_request(std::forward<F>(hook))); }
    template <class F> result<void> try_on_post_request(F &&hook) {
        return post_request_hook(sortie_session_on_post_request, raw(), std::forward<F>(hook));
    }
    /// When the response is there: `hook(lent_response &)`.
    template <class F> Session &on_response(F &&hook) { return self(try_on_response(std::forward<F>(hook))); }
    template <class F> result<void> try_on_response(F &&hook) {
        return response_hook(sortie_session_on_response, raw(), std::forward<F>(hook));
    }

private:
    friend Session;
    defaults() = default;

    template <class F> static void log_by(void *raw, const char *line, std::size_t size) {
        shielded([&] { context<F>::in(raw)(std::string_view(line, size)); }, [](const char *) {});
    }

    std::shared_ptr<sortie_session> raw() const { return static_cast<const Session &>(*this).raw_; }
    Session &self(result<void> done) { return done.value(), static_cast<Session &>(*this); }
};

} // namespace sortie::detail

#endif // SORTIE_DEFAULTS_HPP
