/// Responses.
#ifndef SORTIE_RESPONSE_HPP
#define SORTIE_RESPONSE_HPP

#include "call.hpp"
#include "cookies.hpp"

namespace sortie {

/// How long the parts of a call took.
struct timings {
    std::chrono::nanoseconds queue, resolve, connect, tls, send, first_byte, content, elapsed, total;
};

class response;

/// A response that something else owns: a response of the history, of an error, of a stream. It, and all texts that it
/// gives, live as long as their owner. Any thread may read it.
class response_view {
public:
    explicit response_view(const sortie_response *raw) : raw_(raw) {}
    /// Nothing is lent by a response that is gone at the end of the line.
    response_view(const sortie::response &&) = delete;
    response_view &operator=(const sortie::response &&) = delete;

    /// The status code.
    std::uint16_t status() const { return sortie_response_status(raw_); }
    /// Whether the status is below 400.
    bool is_ok() const { return sortie_response_is_ok(raw_) != 0; }
    /// What the server called the status, such as `Not Found`.
    std::string_view reason() const & { return detail::view(sortie_response_reason(raw_)); }
    /// The version of HTTP, such as `HTTP/1.1`.
    std::string_view version() const & { return detail::view(sortie_response_version(raw_)); }
    /// Where it came from, after redirects.
    std::string_view url() const & { return detail::view(sortie_response_url(raw_)); }

    /// The content, decoded of its content codings.
    std::string_view content() const & { return detail::view(sortie_response_content(raw_)); }
    /// The content as UTF-8, whatever its charset was.
    std::string_view text() const & { return detail::view(sortie_response_text(raw_)); }
    /// The charset that the text was read as.
    std::string_view encoding() const & { return detail::view(sortie_response_encoding(raw_)); }

    /// The first header field of that name, in any case; nothing where there is none.
    std::optional<std::string_view> header(std::string_view name) const & {
        return detail::look_up(sortie_response_header, raw_, name);
    }
    /// All header fields, in order.
    auto headers() const & { return header_list(raw_); }
    /// What came behind the content.
    auto trailers() const & { return trailer_list(raw_); }
    /// The cookies that it set.
    sortie::cookies cookies() const { return try_cookies().value(); }
    result<sortie::cookies> try_cookies() const {
        return detail::make<sortie::cookies, sortie_cookies>(sortie_response_cookies, raw_);
    }

    /// The responses that led here, the first one first: redirects, challenges.
    auto history() const & { return history_list(raw_); }
    /// The links of its `Link` fields (RFC 8288).
    auto links() const & { return link_list(raw_); }
    /// The target of the first link with that relation, such as `next`; nothing where there is none.
    std::optional<std::string_view> link(std::string_view relation) const & {
        return detail::look_up(sortie_response_link, raw_, relation);
    }

    /// From the request's first byte to the end of the response's head.
    std::chrono::nanoseconds elapsed() const { return nanoseconds(sortie_response_elapsed_ns(raw_)); }
    /// How long each part of the call took.
    sortie::timings timings() const { return try_timings().value(); }
    result<sortie::timings> try_timings() const {
        auto raw = detail::ask<sortie_timings>(sortie_response_timings, raw_);
        if (!raw) {
            return raw.error();
        }
        return sortie::timings{nanoseconds(raw->queue_ns), nanoseconds(raw->resolve_ns), nanoseconds(raw->connect_ns),
                               nanoseconds(raw->tls_ns), nanoseconds(raw->send_ns), nanoseconds(raw->first_byte_ns),
                               nanoseconds(raw->content_ns), nanoseconds(raw->elapsed_ns), nanoseconds(raw->total_ns)};
    }
    /// The address that answered, such as `127.0.0.1:80`; empty where that is not known.
    std::string_view peer() const & { return detail::view(sortie_response_peer(raw_)); }

    /// The method that was sent.
    std::string_view request_method() const & { return detail::view(sortie_response_request_method(raw_)); }
    /// The URL that was asked, without secrets.
    std::string_view request_url() const & { return detail::view(sortie_response_request_url(raw_)); }
    /// The first header field of that name which was sent; nothing where there is none.
    std::optional<std::string_view> request_header(std::string_view name) const & {
        return detail::look_up(sortie_response_request_header, raw_, name);
    }
    /// All header fields that were sent.
    auto request_headers() const & { return request_header_list(raw_); }
    /// What hooks had to say, and what was odd.
    auto warnings() const & { return warning_list(raw_); }

    /// Throws an error of the status `SORTIE_ERR_STATUS` where the status code is 400 or above.
    void raise_for_status() const { try_raise_for_status().value(); }
    result<void> try_raise_for_status() const { return detail::call(sortie_response_raise_for_status, raw_); }

    const sortie_response *raw() const noexcept { return raw_; }

protected:
    const sortie_response *raw_;

private:
    static std::chrono::nanoseconds nanoseconds(std::uint64_t count) {
        const auto most = static_cast<std::uint64_t>(std::chrono::nanoseconds::max().count());
        return std::chrono::nanoseconds(static_cast<std::chrono::nanoseconds::rep>(count < most ? count : most));
    }

    static sortie::header header_at(const sortie_response *raw, std::size_t index) {
        return {detail::view(sortie_response_header_name(raw, index)),
                detail::view(sortie_response_header_value(raw, index))};
    }
    static sortie::header trailer_at(const sortie_response *raw, std::size_t index) {
        return {detail::view(sortie_response_trailer_name(raw, index)),
                detail::view(sortie_response_trailer_value(raw, index))};
    }
    static sortie::header request_header_at(const sortie_response *raw, std::size_t index) {
        return {detail::view(sortie_response_request_header_name(raw, index)),
                detail::view(sortie_response_request_header_value(raw, index))};
    }
    static sortie::link link_at(const sortie_response *raw, std::size_t index) {
        return {detail::view(sortie_response_link_target(raw, index)),
                detail::view(sortie_response_link_relation(raw, index))};
    }
    static response_view history_at(const sortie_response *raw, std::size_t index) {
        return response_view(sortie_response_history(raw, index));
    }
    static std::string_view warning_at(const sortie_response *raw, std::size_t index) {
        return detail::view(sortie_response_warning(raw, index));
    }

    template <class Item, std::size_t (*Count)(const sortie_response *),
              Item (*At)(const sortie_response *, std::size_t)>
    using list = detail::items<sortie_response, Item, Count, At>;
    using header_list = list<sortie::header, sortie_response_header_count, header_at>;
    using trailer_list = list<sortie::header, sortie_response_trailer_count, trailer_at>;
    using request_header_list = list<sortie::header, sortie_response_request_header_count, request_header_at>;
    using link_list = list<sortie::link, sortie_response_link_count, link_at>;
    using history_list = list<response_view, sortie_response_history_count, history_at>;
    using warning_list = list<std::string_view, sortie_response_warning_count, warning_at>;
};

/// What came back from a call. All that it lends, texts as well as content, lives as long as it: one without a name
/// lends nothing.
class response : public response_view {
public:
    /// Takes a handle over.
    explicit response(sortie_response *raw) : response_view(raw), owned_(raw) {}
    response(response &&other) noexcept
        : response_view(std::exchange(other.raw_, nullptr)), owned_(std::move(other.owned_)) {}
    response &operator=(response &&other) noexcept {
        raw_ = std::exchange(other.raw_, nullptr);
        owned_ = std::move(other.owned_);
        return *this;
    }

    using response_view::reason;
    void reason() const && = delete;
    using response_view::version;
    void version() const && = delete;
    using response_view::url;
    void url() const && = delete;
    using response_view::content;
    void content() const && = delete;
    using response_view::text;
    void text() const && = delete;
    using response_view::encoding;
    void encoding() const && = delete;
    using response_view::header;
    void header(std::string_view) const && = delete;
    using response_view::headers;
    void headers() const && = delete;
    using response_view::trailers;
    void trailers() const && = delete;
    using response_view::history;
    void history() const && = delete;
    using response_view::links;
    void links() const && = delete;
    using response_view::link;
    void link(std::string_view) const && = delete;
    using response_view::peer;
    void peer() const && = delete;
    using response_view::request_method;
    void request_method() const && = delete;
    using response_view::request_url;
    void request_url() const && = delete;
    using response_view::request_header;
    void request_header(std::string_view) const && = delete;
    using response_view::request_headers;
    void request_headers() const && = delete;
    using response_view::warnings;
    void warnings() const && = delete;

private:
    detail::owned<sortie_response, sortie_response_free> owned_;
};

/// The copy of a response that is lent to a `response` hook, which may change it.
class lent_response : public response_view {
public:
    explicit lent_response(sortie_response *raw) : response_view(raw), lent_(raw) {}
    lent_response(const lent_response &) = delete;
    lent_response &operator=(const lent_response &) = delete;

    /// Puts another status in its place.
    lent_response &set_status(std::int32_t status) { return self(try_set_status(status)); }
    result<void> try_set_status(std::int32_t status) {
        return detail::call(sortie_response_set_status, raw(), status);
    }
    /// Sets a header field, in place of those of that name.
    lent_response &set_header(std::string_view name, std::string_view value) {
        return self(try_set_header(name, value));
    }
    result<void> try_set_header(std::string_view name, std::string_view value) {
        return detail::call(sortie_response_set_header, raw(), name, value);
    }
    /// Puts another content in its place.
    lent_response &set_content(std::string_view content) { return self(try_set_content(content)); }
    result<void> try_set_content(std::string_view content) {
        return detail::call(sortie_response_set_content, raw(), detail::data(content), content.size());
    }

private:
    sortie_response *raw() { return lent_; }
    lent_response &self(result<void> done) { return done.value(), *this; }

    sortie_response *lent_;
};

inline std::optional<response_view> error::response() const & {
    const sortie_response *lent = sortie_error_response(raw_.get());
    return lent == nullptr ? std::nullopt : std::optional<response_view>(response_view(lent));
}

} // namespace sortie

#endif // SORTIE_RESPONSE_HPP
