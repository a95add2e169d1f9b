/// Sessions.
#ifndef SORTIE_SESSION_HPP
#define SORTIE_SESSION_HPP

#include "call.hpp"
#include "cancel.hpp"
#include "defaults.hpp"
#include "outcome.hpp"
#include "request.hpp"
#include "stream.hpp"

namespace sortie {

/// What persists between calls: cookies, defaults, hooks, connections.
///
/// Threads may share one, and change it while others use it: a change holds for calls that begin later. A session may
/// also be let go while calls run: they, its batches and its streams keep what they need.
/// Each function that may throw has a twin that does not: `try_` and its name, which gives a `result`.
class session : public detail::defaults<session> {
public:
    /// With the library's defaults: cookies are kept, redirects followed, connections reused.
    session() : session(try_make().value()) {}
    static result<session> try_make() {
        return checked([] { return detail::make<session, sortie_session>(sortie_session_new); });
    }

    /// As it was saved.
    static session restore(std::string_view path) { return try_restore(path).value(); }
    static result<session> try_restore(std::string_view path) {
        return checked([&] { return detail::make<session, sortie_session>(sortie_session_restore, path); });
    }
    /// Takes a handle over.
    explicit session(sortie_session *raw) : raw_(raw, sortie_session_free) {}
    session(session &&) = default;
    session &operator=(session &&) = default;

    /// Writes its settings to a file; credentials and cookies only with `with_secrets`.
    void save(std::string_view path, bool with_secrets) const { try_save(path, with_secrets).value(); }
    result<void> try_save(std::string_view path, bool with_secrets) const {
        return detail::call(sortie_session_save, raw_, path, with_secrets);
    }

    /// Sends a request and waits for the answer, redirects included. A status of 400 or above is a response, no error.
    response send(const request &what, const cancel *token = nullptr) const { return try_send(what, token).value(); }
    result<response> try_send(const request &what, const cancel *token = nullptr) const {
        return detail::make<response, sortie_response>(sortie_session_send, raw_, what.raw(), detail::raw_of(token));
    }

    /// Asks for a URL.
    response get(std::string_view url) const { return try_get(url).value(); }
    result<response> try_get(std::string_view url) const {
        return with("GET", url, [](request &) { return result<void>(); });
    }
    /// Sends bytes to a URL.
    response post(std::string_view url, std::string_view body, optional_text type = std::nullopt) const {
        return try_post(url, body, type).value();
    }
    result<response> try_post(std::string_view url, std::string_view body, optional_text type = std::nullopt) const {
        return with("POST", url, [&](request &made) {
            auto done = made.try_set_body(body);
            return done && type ? made.try_set_header("Content-Type", *type) : done;
        });
    }

    /// Sends requests, many at a time, and waits for all of them: a vector of requests, or any other range.
    ///
    /// Returns: what became of each, in the order of the requests.
    template <class Requests>
    std::vector<result<response>> map(Requests &&requests, const cancel *token = nullptr) const {
        return try_map(requests, token).value();
    }
    template <class Requests>
    result<std::vector<result<response>>> try_map(Requests &&requests, const cancel *token = nullptr) const {
        const auto handles = detail::handles_of(requests);
        std::vector<sortie_outcome> outcomes(handles.size());
        auto done = detail::call(sortie_session_map, raw_, handles.data(), handles.size(), detail::raw_of(token),
                                 outcomes.data());
        if (!done) {
            return done.error();
        }
        return detail::answers_of(outcomes);
    }

    /// Sends a request and comes back when the head of the answer is there.
    sortie::stream stream(const request &what, const cancel *token = nullptr) const {
        return try_stream(what, token).value();
    }
    result<sortie::stream> try_stream(const request &what, const cancel *token = nullptr) const {
        return detail::make<sortie::stream, sortie_stream>(sortie_session_stream, raw_, what.raw(),
                                                           detail::raw_of(token));
    }

    /// Sends a request and hands the content on as it comes: `write(piece)` runs on this thread, with a
    /// `std::string_view`.
    ///
    /// It may return `false`, which ends the call with `SORTIE_ERR_CANCELLED`. What it throws ends the call, too, and
    /// comes out here, also by `try_receive`.
    template <class F> response receive(const request &what, F &&write, const cancel *token = nullptr) const {
        return try_receive(what, std::forward<F>(write), token).value();
    }
    template <class F>
    result<response> try_receive(const request &what, F &&write, const cancel *token = nullptr) const {
        writer<std::remove_reference_t<F>> state{write, {}};
        auto made = detail::make<response, sortie_response>(
            sortie_session_receive, raw_, what.raw(), write_by<std::remove_reference_t<F>>, static_cast<void *>(&state),
            detail::raw_of(token));
        state.thrown.rethrow();
        return made;
    }

    /// Sends a request and writes the content to a file, which is renamed when it is whole.
    ///
    /// Parameters: `resume`: goes on with a part that is there; `sha256`: what the file must have, in hexadecimal
    /// digits.
    response download(const request &what, std::string_view path, bool resume = false,
                      optional_text sha256 = std::nullopt, const cancel *token = nullptr) const {
        return try_download(what, path, resume, sha256, token).value();
    }
    result<response> try_download(const request &what, std::string_view path, bool resume = false,
                                  optional_text sha256 = std::nullopt, const cancel *token = nullptr) const {
        return detail::make<response, sortie_response>(sortie_session_download, raw_, what.raw(), path, resume, sha256,
                                                           detail::raw_of(token));
    }

    /// Opens connections before they are needed.
    ///
    /// Returns: how many stand.
    std::size_t warm(std::string_view url, std::size_t count) const { return try_warm(url, count).value(); }
    result<std::size_t> try_warm(std::string_view url, std::size_t count) const {
        return detail::ask<std::size_t>(sortie_session_warm, raw_, url, count);
    }

    /// The cookies that it has.
    sortie::cookies cookies() const { return try_cookies().value(); }
    result<sortie::cookies> try_cookies() const {
        return detail::make<sortie::cookies, sortie_cookies>(sortie_session_cookies, raw_);
    }
    /// Takes cookies from a file.
    ///
    /// Returns: how many.
    std::size_t load_cookies(std::string_view path, cookie_format format) {
        return try_load_cookies(path, format).value();
    }
    result<std::size_t> try_load_cookies(std::string_view path, cookie_format format) {
        return detail::ask<std::size_t>(sortie_session_load_cookies, raw_, path, format);
    }
    /// Writes cookies to a file; with `all` also those that end with the session.
    void save_cookies(std::string_view path, cookie_format format, bool all = false) const {
        try_save_cookies(path, format, all).value();
    }
    result<void> try_save_cookies(std::string_view path, cookie_format format, bool all = false) const {
        return detail::call(sortie_session_save_cookies, raw_, path, format, all);
    }

    const sortie_session *raw() const noexcept { return raw_.get(); }

private:
    friend class detail::defaults<session>;

    /// What content is handed to, and what it throws.
    template <class F> struct writer {
        F &write;
        detail::caught thrown;
    };

    template <class F> static std::int32_t write_by(void *context, const std::uint8_t *data, std::size_t size) {
        auto &state = *static_cast<writer<F> *>(context);
        bool more = true;
        const bool whole = state.thrown.run([&] {
            const std::string_view piece(reinterpret_cast<const char *>(data), size);
            if constexpr (std::is_convertible_v<std::invoke_result_t<F &, std::string_view>, bool>) {
                more = state.write(piece);
            } else {
                state.write(piece);
            }
        });
        return whole && more ? 0 : 1;
    }

    /// A library that is too old is told before it is used.
    template <class Make> static result<session> checked(Make &&make) {
        static const result<void> version = try_check_version();
        return version ? make() : result<session>(version.error());
    }

    template <class Change>
    result<response> with(std::string_view method, std::string_view url, Change &&change) const {
        auto made = request::try_make(method, url);
        if (!made) {
            return made.error();
        }
        auto done = change(*made);
        return done ? try_send(*made) : result<response>(done.error());
    }

    /// Each function holds one of its own while it runs, so that the session can be let go meanwhile.
    std::shared_ptr<sortie_session> raw_;
};

/// Asks for a URL, by a session that the library keeps.
inline result<response> try_get(std::string_view url) {
    return detail::make<response, sortie_response>(sortie_get, url);
}
inline response get(std::string_view url) { return try_get(url).value(); }

/// Sends bytes to a URL, by a session that the library keeps.
inline result<response> try_post(std::string_view url, std::string_view body, optional_text type = std::nullopt) {
    return detail::make<response, sortie_response>(sortie_post, url, detail::data(body), body.size(), type);
}
inline response post(std::string_view url, std::string_view body, optional_text type = std::nullopt) {
    return try_post(url, body, type).value();
}

} // namespace sortie

#endif // SORTIE_SESSION_HPP
