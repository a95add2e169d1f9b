/// Requests.
#ifndef SORTIE_REQUEST_HPP
#define SORTIE_REQUEST_HPP

#include "call.hpp"
#include "hooks.hpp"
#include "retries.hpp"
#include "tls.hpp"

namespace sortie {

/// A request that was not sent yet. What sends it copies it: change it, send it again or let it go at once.
///
/// Each function that may throw has a twin that does not: `try_` and its name, which gives a `result`.
/// A hook is lent one: it may be changed, but not kept. Belongs to one thread at a time.
class request {
public:
    /// Of any method, such as `GET`. Faults of the URL are told when it is sent.
    request(std::string_view method, std::string_view url) : request(try_make(method, url).value()) {}
    static result<request> try_make(std::string_view method, std::string_view url) {
        return detail::make<request, sortie_request>(sortie_request_new, method, url);
    }
    /// Takes a handle over.
    explicit request(sortie_request *raw) : raw_(raw) {}

    /// Another one that is the same.
    request copy() const { return try_copy().value(); }
    result<request> try_copy() const { return detail::make<request, sortie_request>(sortie_request_copy, raw()); }

    /// The method as it is now, and so on: these texts live until the request is changed.
    std::string_view method() const { return detail::view(sortie_request_method(raw())); }
    std::string_view url() const { return detail::view(sortie_request_url(raw())); }
    /// The first header field of that name; nothing where there is none.
    std::optional<std::string_view> header(std::string_view name) const {
        const char *value = sortie_request_header(raw(), detail::text(name).get());
        return value == nullptr ? std::nullopt : std::optional<std::string_view>(value);
    }

    /// Puts another method in its place.
    request &set_method(std::string_view method) { return self(try_set_method(method)); }
    result<void> try_set_method(std::string_view method) {
        return detail::call(sortie_request_set_method, raw(), method);
    }
    /// Puts another URL in its place.
    request &set_url(std::string_view url) { return self(try_set_url(url)); }
    result<void> try_set_url(std::string_view url) { return detail::call(sortie_request_set_url, raw(), url); }
    /// Sets a header field, in place of a default or of those of that name.
    request &set_header(std::string_view name, std::string_view value) { return self(try_set_header(name, value)); }
    result<void> try_set_header(std::string_view name, std::string_view value) {
        return detail::call(sortie_request_set_header, raw(), name, value);
    }
    /// Adds a header field, beside those of that name.
    request &append_header(std::string_view name, std::string_view value) {
        return self(try_append_header(name, value));
    }
    result<void> try_append_header(std::string_view name, std::string_view value) {
        return detail::call(sortie_request_append_header, raw(), name, value);
    }
    /// Sets a header field whose value no log and no error shows.
    request &set_sensitive_header(std::string_view name, std::string_view value) {
        return self(try_set_sensitive_header(name, value));
    }
    result<void> try_set_sensitive_header(std::string_view name, std::string_view value) {
        return detail::call(sortie_request_set_sensitive_header, raw(), name, value);
    }
    /// Sends no header field of that name, not even a default.
    request &unset_header(std::string_view name) { return self(try_unset_header(name)); }
    result<void> try_unset_header(std::string_view name) {
        return detail::call(sortie_request_unset_header, raw(), name);
    }
    /// Adds a parameter to the URL's query.
    request &add_param(std::string_view name, std::string_view value) { return self(try_add_param(name, value)); }
    result<void> try_add_param(std::string_view name, std::string_view value) {
        return detail::call(sortie_request_add_param, raw(), name, value);
    }
    /// Sends a cookie with this request only.
    request &add_cookie(std::string_view name, std::string_view value) { return self(try_add_cookie(name, value)); }
    result<void> try_add_cookie(std::string_view name, std::string_view value) {
        return detail::call(sortie_request_add_cookie, raw(), name, value);
    }

    /// Sends bytes, which are copied.
    request &set_body(std::string_view body) { return self(try_set_body(body)); }
    result<void> try_set_body(std::string_view body) {
        return detail::call(sortie_request_set_body, raw(), detail::data(body), body.size());
    }
    /// Sends text: `text/plain; charset=utf-8`.
    request &set_text(std::string_view text) { return self(try_set_text(text)); }
    result<void> try_set_text(std::string_view text) { return detail::call(sortie_request_set_text, raw(), text); }
    /// Sends JSON as it stands, after it was checked.
    request &set_json(std::string_view json) { return self(try_set_json(json)); }
    result<void> try_set_json(std::string_view json) { return detail::call(sortie_request_set_json, raw(), json); }
    /// Adds a pair to a form.
    request &add_form(std::string_view name, std::string_view value) { return self(try_add_form(name, value)); }
    result<void> try_add_form(std::string_view name, std::string_view value) {
        return detail::call(sortie_request_add_form, raw(), name, value);
    }
    /// Sends a file.
    request &set_file(std::string_view path) { return self(try_set_file(path)); }
    result<void> try_set_file(std::string_view path) { return detail::call(sortie_request_set_file, raw(), path); }
    /// Sends what `read(buffer, size)` puts into the buffer: it says how many bytes, 0 at the end. What it throws fails
    /// the request. It may run on any thread that uses the session.
    template <class F> request &set_reader(F &&read, size_limit size = std::nullopt) {
        return self(try_set_reader(std::forward<F>(read), size));
    }
    template <class F> result<void> try_set_reader(F &&read, size_limit size = std::nullopt) {
        using kept = detail::context<std::decay_t<F>>;
        return detail::call(sortie_request_set_reader, raw(), read_by<std::decay_t<F>>, kept::of(std::forward<F>(read)),
                            kept::drop, size);
    }
    /// Adds a part of `multipart/form-data`.
    request &add_part(std::string_view name, std::string_view data, optional_text filename = std::nullopt,
                      optional_text type = std::nullopt) {
        return self(try_add_part(name, data, filename, type));
    }
    result<void> try_add_part(std::string_view name, std::string_view data, optional_text filename = std::nullopt,
                              optional_text type = std::nullopt) {
        return detail::call(sortie_request_add_part, raw(), name, detail::data(data), data.size(), filename, type);
    }
    /// Adds a file as such a part.
    request &add_file_part(std::string_view name, std::string_view path, optional_text type = std::nullopt) {
        return self(try_add_file_part(name, path, type));
    }
    result<void> try_add_file_part(std::string_view name, std::string_view path, optional_text type = std::nullopt) {
        return detail::call(sortie_request_add_file_part, raw(), name, path, type);
    }
    /// Waits for a `100 Continue` before the body is sent.
    request &set_expect_continue(bool on) { return self(try_set_expect_continue(on)); }
    result<void> try_set_expect_continue(bool on) {
        return detail::call(sortie_request_set_expect_continue, raw(), on);
    }
    /// Sends the body in a content coding, such as `gzip`.
    request &set_compress(std::string_view coding) { return self(try_set_compress(coding)); }
    result<void> try_set_compress(std::string_view coding) {
        return detail::call(sortie_request_set_compress, raw(), coding);
    }

    /// Says who asks.
    request &set_basic_auth(std::string_view user, std::string_view password) {
        return self(try_set_basic_auth(user, password));
    }
    result<void> try_set_basic_auth(std::string_view user, std::string_view password) {
        return detail::call(sortie_request_set_basic_auth, raw(), user, password);
    }
    request &set_digest_auth(std::string_view user, std::string_view password) {
        return self(try_set_digest_auth(user, password));
    }
    result<void> try_set_digest_auth(std::string_view user, std::string_view password) {
        return detail::call(sortie_request_set_digest_auth, raw(), user, password);
    }
    request &set_bearer_auth(std::string_view token) { return self(try_set_bearer_auth(token)); }
    result<void> try_set_bearer_auth(std::string_view token) {
        return detail::call(sortie_request_set_bearer_auth, raw(), token);
    }
    /// Says nothing, though the session would.
    request &unset_auth() { return self(try_unset_auth()); }
    result<void> try_unset_auth() { return detail::call(sortie_request_unset_auth, raw()); }

    /// Bounds a part of the call; `never` lifts the session's.
    request &set_timeout(timeout_of which, timeout time) { return self(try_set_timeout(which, time)); }
    result<void> try_set_timeout(timeout_of which, timeout time) {
        return detail::call(sortie_request_set_timeout_ms, raw(), which, time);
    }
    /// Whether redirects are followed.
    request &set_redirects(bool follow) { return self(try_set_redirects(follow)); }
    result<void> try_set_redirects(bool follow) { return detail::call(sortie_request_set_redirects, raw(), follow); }
    /// That it goes where a redirect led which the program follows itself.
    request &set_redirected(bool left_origin) { return self(try_set_redirected(left_origin)); }
    result<void> try_set_redirected(bool left_origin) {
        return detail::call(sortie_request_set_redirected, raw(), left_origin);
    }
    request &set_max_redirects(std::uint32_t most) { return self(try_set_max_redirects(most)); }
    result<void> try_set_max_redirects(std::uint32_t most) {
        return detail::call(sortie_request_set_max_redirects, raw(), most);
    }
    request &set_retries(const retries &policy) { return self(try_set_retries(policy)); }
    result<void> try_set_retries(const retries &policy) {
        return detail::call(sortie_request_set_retries, raw(), policy.raw());
    }
    /// The largest content that is read; `std::nullopt` for any.
    request &set_max_content(size_limit bytes) { return self(try_set_max_content(bytes)); }
    result<void> try_set_max_content(size_limit bytes) {
        return detail::call(sortie_request_set_max_content, raw(), bytes);
    }
    /// Whether it may be sent again on a connection that was stale.
    request &set_resend(bool resend) { return self(try_set_resend(resend)); }
    result<void> try_set_resend(bool resend) { return detail::call(sortie_request_set_resend, raw(), resend); }
    /// Asks for a part of the content: from the byte `first` to `last`, or to the end.
    request &set_range(std::uint64_t first, size_limit last = std::nullopt) { return self(try_set_range(first, last)); }
    result<void> try_set_range(std::uint64_t first, size_limit last = std::nullopt) {
        return detail::call(sortie_request_set_range, raw(), first, last);
    }
    /// Goes by a proxy; with `std::nullopt` straight.
    request &set_proxy(optional_text url) { return self(try_set_proxy(url)); }
    result<void> try_set_proxy(optional_text url) { return detail::call(sortie_request_set_proxy, raw(), url); }
    request &set_tls(const tls &settings) { return self(try_set_tls(settings)); }
    result<void> try_set_tls(const tls &settings) {
        return detail::call(sortie_request_set_tls, raw(), settings.raw());
    }
    request &set_unix_socket(std::string_view path) { return self(try_set_unix_socket(path)); }
    result<void> try_set_unix_socket(std::string_view path) {
        return detail::call(sortie_request_set_unix_socket, raw(), path);
    }

    /// Hooks, as those of a session: see hooks.hpp.
    template <class F> request &on_args(F &&hook) { return self(try_on_args(std::forward<F>(hook))); }
    template <class F> result<void> try_on_args(F &&hook) {
        return detail::args_hook<request>(sortie_request_on_args, raw(), std::forward<F>(hook));
    }
    template <class F> request &on_pre_request(F &&hook) { return self(try_on_pre_request(std::forward<F>(hook))); }
    template <class F> result<void> try_on_pre_request(F &&hook) {
        return detail::pre_request_hook(sortie_request_on_pre_request, raw(), std::forward<F>(hook));
    }
    template <class F> request &on_post_request(F &&hook) { return self(try_on_post_request(std::forward<F>(hook))); }
    template <class F> result<void> try_on_post_request(F &&hook) {
        return detail::post_request_hook(sortie_request_on_post_request, raw(), std::forward<F>(hook));
    }
    template <class F> request &on_response(F &&hook) { return self(try_on_response(std::forward<F>(hook))); }
    template <class F> result<void> try_on_response(F &&hook) {
        return detail::response_hook(sortie_request_on_response, raw(), std::forward<F>(hook));
    }

    sortie_request *raw() noexcept { return raw_.get(); }
    const sortie_request *raw() const noexcept { return raw_.get(); }

private:
    request &self(result<void> done) { return done.value(), *this; }

    template <class F> static std::int64_t read_by(void *context, std::uint8_t *buffer, std::size_t size) {
        return detail::shielded(
            [&] { return static_cast<std::int64_t>(detail::context<F>::in(context)(buffer, size)); },
            [](const char *) { return std::int64_t{-1}; });
    }

    detail::owned<sortie_request, sortie_request_free> raw_;
};

} // namespace sortie

#endif // SORTIE_REQUEST_HPP
