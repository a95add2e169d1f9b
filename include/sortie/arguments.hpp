/// What a request is made of.
#ifndef SORTIE_ARGUMENTS_HPP
#define SORTIE_ARGUMENTS_HPP

#include "call.hpp"
#include "hooks.hpp"
#include "retries.hpp"
#include "tls.hpp"

namespace sortie {

class lent_request;

} // namespace sortie

namespace sortie::detail {

/// What a request of one's own has in common with one that is lent.
template <class Request> class arguments {
public:
    /// The method as it is now, and so on: these texts live until the request is changed.
    std::string_view method() const & { return view(sortie_request_method(raw())); }
    void method() const && = delete;
    std::string_view url() const & { return view(sortie_request_url(raw())); }
    void url() const && = delete;
    /// The first header field of that name; nothing where there is none.
    std::optional<std::string_view> header(std::string_view name) const & {
        return look_up(sortie_request_header, raw(), name);
    }
    void header(std::string_view) const && = delete;

    /// Puts another method in its place.
    Request &set_method(std::string_view method) { return self(try_set_method(method)); }
    result<void> try_set_method(std::string_view method) { return call(sortie_request_set_method, raw(), method); }
    /// Puts another URL in its place.
    Request &set_url(std::string_view url) { return self(try_set_url(url)); }
    result<void> try_set_url(std::string_view url) { return call(sortie_request_set_url, raw(), url); }
    /// Sets a header field, in place of a default or of those of that name.
    Request &set_header(std::string_view name, std::string_view value) { return self(try_set_header(name, value)); }
    result<void> try_set_header(std::string_view name, std::string_view value) {
        return call(sortie_request_set_header, raw(), name, value);
    }
    /// Adds a header field, beside those of that name.
    Request &append_header(std::string_view name, std::string_view value) {
        return self(try_append_header(name, value));
    }
    result<void> try_append_header(std::string_view name, std::string_view value) {
        return call(sortie_request_append_header, raw(), name, value);
    }
    /// Sets a header field whose value no log and no error shows.
    Request &set_sensitive_header(std::string_view name, std::string_view value) {
        return self(try_set_sensitive_header(name, value));
    }
    result<void> try_set_sensitive_header(std::string_view name, std::string_view value) {
        return call(sortie_request_set_sensitive_header, raw(), name, value);
    }
    /// Sends no header field of that name, not even a default.
    Request &unset_header(std::string_view name) { return self(try_unset_header(name)); }
    result<void> try_unset_header(std::string_view name) { return call(sortie_request_unset_header, raw(), name); }
    /// Adds a parameter to the URL's query.
    Request &add_param(std::string_view name, std::string_view value) { return self(try_add_param(name, value)); }
    result<void> try_add_param(std::string_view name, std::string_view value) {
        return call(sortie_request_add_param, raw(), name, value);
    }
    /// Sends a cookie with this request only.
    Request &add_cookie(std::string_view name, std::string_view value) { return self(try_add_cookie(name, value)); }
    result<void> try_add_cookie(std::string_view name, std::string_view value) {
        return call(sortie_request_add_cookie, raw(), name, value);
    }

    /// Sends bytes, which are copied.
    Request &set_body(std::string_view body) { return self(try_set_body(body)); }
    result<void> try_set_body(std::string_view body) {
        return call(sortie_request_set_body, raw(), data(body), body.size());
    }
    /// Sends text: `text/plain; charset=utf-8`.
    Request &set_text(std::string_view text) { return self(try_set_text(text)); }
    result<void> try_set_text(std::string_view text) { return call(sortie_request_set_text, raw(), text); }
    /// Sends JSON as it stands, after it was checked.
    Request &set_json(std::string_view json) { return self(try_set_json(json)); }
    result<void> try_set_json(std::string_view json) { return call(sortie_request_set_json, raw(), json); }
    /// Adds a pair to a form.
    Request &add_form(std::string_view name, std::string_view value) { return self(try_add_form(name, value)); }
    result<void> try_add_form(std::string_view name, std::string_view value) {
        return call(sortie_request_add_form, raw(), name, value);
    }
    /// Sends a file.
    Request &set_file(std::string_view path) { return self(try_set_file(path)); }
    result<void> try_set_file(std::string_view path) { return call(sortie_request_set_file, raw(), path); }
    /// Sends what `read(buffer, size)` puts into the buffer: it says how many bytes, 0 at the end. What it throws fails
    /// the request. It may run on any thread that uses the session.
    template <class F> Request &set_reader(F &&read, size_limit size = std::nullopt) {
        return self(try_set_reader(std::forward<F>(read), size));
    }
    template <class F> result<void> try_set_reader(F &&read, size_limit size = std::nullopt) {
        using kept = context<std::decay_t<F>>;
        return call(sortie_request_set_reader, raw(), read_by<std::decay_t<F>>, kept::of(std::forward<F>(read)),
                    kept::drop, size);
    }
    /// Adds a part of `multipart/form-data`.
    Request &add_part(std::string_view name, std::string_view data, optional_text filename = std::nullopt,
                      optional_text type = std::nullopt) {
        return self(try_add_part(name, data, filename, type));
    }
    result<void> try_add_part(std::string_view name, std::string_view data, optional_text filename = std::nullopt,
                              optional_text type = std::nullopt) {
        return call(sortie_request_add_part, raw(), name, detail::data(data), data.size(), filename, type);
    }
    /// Adds a file as such a part.
    Request &add_file_part(std::string_view name, std::string_view path, optional_text type = std::nullopt) {
        return self(try_add_file_part(name, path, type));
    }
    result<void> try_add_file_part(std::string_view name, std::string_view path, optional_text type = std::nullopt) {
        return call(sortie_request_add_file_part, raw(), name, path, type);
    }
    /// Waits for a `100 Continue` before the body is sent.
    Request &set_expect_continue(bool on) { return self(try_set_expect_continue(on)); }
    result<void> try_set_expect_continue(bool on) { return call(sortie_request_set_expect_continue, raw(), on); }
    /// Sends the body in a content coding, such as `gzip`.
    Request &set_compress(std::string_view coding) { return self(try_set_compress(coding)); }
    result<void> try_set_compress(std::string_view coding) { return call(sortie_request_set_compress, raw(), coding); }

    /// Says who asks.
    Request &set_basic_auth(std::string_view user, std::string_view password) {
        return self(try_set_basic_auth(user, password));
    }
    result<void> try_set_basic_auth(std::string_view user, std::string_view password) {
        return call(sortie_request_set_basic_auth, raw(), user, password);
    }
    Request &set_digest_auth(std::string_view user, std::string_view password) {
        return self(try_set_digest_auth(user, password));
    }
    result<void> try_set_digest_auth(std::string_view user, std::string_view password) {
        return call(sortie_request_set_digest_auth, raw(), user, password);
    }
    Request &set_bearer_auth(std::string_view token) { return self(try_set_bearer_auth(token)); }
    result<void> try_set_bearer_auth(std::string_view token) {
        return call(sortie_request_set_bearer_auth, raw(), token);
    }
    /// Says nothing, though the session would.
    Request &unset_auth() { return self(try_unset_auth()); }
    result<void> try_unset_auth() { return call(sortie_request_unset_auth, raw()); }

    /// Bounds a part of the call; `never` lifts the session's.
    Request &set_timeout(timeout_of which, timeout time) { return self(try_set_timeout(which, time)); }
    result<void> try_set_timeout(timeout_of which, timeout time) {
        return call(sortie_request_set_timeout_ms, raw(), which, time);
    }
    /// Whether redirects are followed.
    Request &set_redirects(bool follow) { return self(try_set_redirects(follow)); }
    result<void> try_set_redirects(bool follow) { return call(sortie_request_set_redirects, raw(), follow); }
    /// That it goes where a redirect led which the program follows itself.
    Request &set_redirected(bool left_origin) { return self(try_set_redirected(left_origin)); }
    result<void> try_set_redirected(bool left_origin) {
        return call(sortie_request_set_redirected, raw(), left_origin);
    }
    Request &set_max_redirects(std::uint32_t most) { return self(try_set_max_redirects(most)); }
    result<void> try_set_max_redirects(std::uint32_t most) {
        return call(sortie_request_set_max_redirects, raw(), most);
    }
    Request &set_retries(const retries &policy) { return self(try_set_retries(policy)); }
    result<void> try_set_retries(const retries &policy) {
        return call(sortie_request_set_retries, raw(), policy.raw());
    }
    /// The largest content that is read; `std::nullopt` for any.
    Request &set_max_content(size_limit bytes) { return self(try_set_max_content(bytes)); }
    result<void> try_set_max_content(size_limit bytes) { return call(sortie_request_set_max_content, raw(), bytes); }
    /// Whether it may be sent again on a connection that was stale.
    Request &set_resend(bool resend) { return self(try_set_resend(resend)); }
    result<void> try_set_resend(bool resend) { return call(sortie_request_set_resend, raw(), resend); }
    /// Asks for a part of the content: from the byte `first` to `last`, or to the end.
    Request &set_range(std::uint64_t first, size_limit last = std::nullopt) { return self(try_set_range(first, last)); }
    result<void> try_set_range(std::uint64_t first, size_limit last = std::nullopt) {
        return call(sortie_request_set_range, raw(), first, last);
    }
    /// Goes by a proxy; with `std::nullopt` straight.
    Request &set_proxy(optional_text url) { return self(try_set_proxy(url)); }
    result<void> try_set_proxy(optional_text url) { return call(sortie_request_set_proxy, raw(), url); }
    Request &set_tls(const tls &settings) { return self(try_set_tls(settings)); }
    result<void> try_set_tls(const tls &settings) { return call(sortie_request_set_tls, raw(), settings.raw()); }
    Request &set_unix_socket(std::string_view path) { return self(try_set_unix_socket(path)); }
    result<void> try_set_unix_socket(std::string_view path) {
        return call(sortie_request_set_unix_socket, raw(), path);
    }

    /// Hooks, as those of a session: see hooks.hpp.
    template <class F> Request &on_args(F &&hook) { return self(try_on_args(std::forward<F>(hook))); }
    template <class F> result<void> try_on_args(F &&hook) {
        return args_hook<lent_request>(sortie_request_on_args, raw(), std::forward<F>(hook));
    }
    template <class F> Request &on_pre_request(F &&hook) { return self(try_on_pre_request(std::forward<F>(hook))); }
    template <class F> result<void> try_on_pre_request(F &&hook) {
        return pre_request_hook(sortie_request_on_pre_request, raw(), std::forward<F>(hook));
    }
    template <class F> Request &on_post_request(F &&hook) { return self(try_on_post_request(std::forward<F>(hook))); }
    template <class F> result<void> try_on_post_request(F &&hook) {
        return post_request_hook(sortie_request_on_post_request, raw(), std::forward<F>(hook));
    }
    template <class F> Request &on_response(F &&hook) { return self(try_on_response(std::forward<F>(hook))); }
    template <class F> result<void> try_on_response(F &&hook) {
        return response_hook(sortie_request_on_response, raw(), std::forward<F>(hook));
    }

private:
    friend Request;
    arguments() = default;

    template <class F> static std::int64_t read_by(void *kept, std::uint8_t *buffer, std::size_t size) {
        return shielded(
            [&] { return static_cast<std::int64_t>(context<F>::in(kept)(buffer, size)); },
            [](const char *) { return std::int64_t{-1}; });
    }

    sortie_request *raw() noexcept { return static_cast<Request &>(*this).raw(); }
    const sortie_request *raw() const noexcept { return static_cast<const Request &>(*this).raw(); }
    Request &self(result<void> done) { return done.value(), static_cast<Request &>(*this); }
};

} // namespace sortie::detail

#endif // SORTIE_ARGUMENTS_HPP
