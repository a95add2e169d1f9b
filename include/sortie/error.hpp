/// Errors and results of sortie.hpp.
#ifndef SORTIE_ERROR_HPP
#define SORTIE_ERROR_HPP

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "../sortie.h"

/// Define SORTIE_NO_EXCEPTIONS, or compile without them, and nothing is thrown: use the `try_` forms. The others end
/// the program where they would throw, after they have written why.
#if defined(SORTIE_NO_EXCEPTIONS) || !defined(__cpp_exceptions)
#define SORTIE_EXCEPTIONS 0
#else
#define SORTIE_EXCEPTIONS 1
#endif

namespace sortie {

class response_view;

namespace detail {

/// A text of the library's; nothing where it is NULL.
inline std::string_view view(const char *text) { return text == nullptr ? std::string_view() : std::string_view(text); }

/// Bytes of the library's.
inline std::string_view view(sortie_bytes lent) {
    return lent.size == 0 ? std::string_view()
                          : std::string_view(reinterpret_cast<const char *>(lent.data), lent.size);
}

} // namespace detail

/// Why a function failed, or why a call has no response. Copies are cheap, and may be kept for as long as you like.
/// What one lends lives as long as it: one without a name lends nothing but `what()`.
class error : public std::exception {
public:
    /// An error of the library's: it is taken over.
    explicit error(sortie_error *raw) : error(facts_of(raw), raw) {}

    /// An error of your own, or of this header's.
    error(sortie_status status, std::string message) : error(own(status, std::move(message)), nullptr) {}

    /// A move is a copy: what was moved from still says why.
    error(const error &) = default;
    error &operator=(const error &) = default;

    /// What is said by an error that is only lent.
    static error copy_of(const sortie_error *lent) { return error(facts_of(lent), nullptr); }

    /// One of `SORTIE_ERR_...`.
    sortie_status status() const noexcept { return facts_->status; }
    /// What kind of error it is, such as `connect timeout`.
    std::string_view kind() const & noexcept { return facts_->kind; }
    void kind() const && = delete;
    /// What went wrong, and which: one clause without its causes.
    std::string_view message() const & noexcept { return facts_->message; }
    void message() const && = delete;
    /// What was being done, such as `connect`; empty where that is not known.
    std::string_view phase() const & noexcept { return facts_->phase; }
    void phase() const && = delete;
    /// The method of the request; empty where there is none.
    std::string_view method() const & noexcept { return facts_->method; }
    void method() const && = delete;
    /// The URL of the request, without secrets; empty where there is none.
    std::string_view url() const & noexcept { return facts_->url; }
    void url() const && = delete;
    /// The system's `errno`; 0 where it has no part in it.
    std::int32_t os_error() const noexcept { return facts_->os_error; }
    /// Whether a time was up.
    bool is_timeout() const noexcept { return facts_->is_timeout; }
    /// How often it was tried.
    std::uint32_t attempts() const noexcept { return facts_->attempts; }
    /// Why it went wrong: each cause that of the one before.
    const std::vector<std::string> &causes() const & noexcept { return facts_->causes; }
    void causes() const && = delete;
    /// What hooks had to say.
    const std::vector<std::string> &warnings() const & noexcept { return facts_->warnings; }
    void warnings() const && = delete;
    /// The message and all its causes, colons between them.
    std::string_view chain() const & noexcept { return facts_->chain; }
    void chain() const && = delete;
    /// The same, for whoever catches `std::exception`.
    const char *what() const noexcept override { return facts_->chain.c_str(); }
    /// The response that the error is about, such as one with a status of 400 or above. It lives as long as the error.
    std::optional<response_view> response() const &;
    void response() const && = delete;

private:
    /// What it says, to all its copies.
    struct facts {
        sortie_status status = SORTIE_ERR_OTHER;
        std::string kind, message, phase, method, url, chain;
        std::int32_t os_error = 0;
        bool is_timeout = false;
        std::uint32_t attempts = 0;
        std::vector<std::string> causes, warnings;
    };

    error(facts &&known, sortie_error *raw)
        : facts_(std::make_shared<const facts>(std::move(known))), raw_(raw, sortie_error_free) {}

    static facts own(sortie_status status, std::string message) {
        facts made;
        made.status = status;
        made.kind = sortie_status_name(status);
        made.chain = message;
        made.message = std::move(message);
        return made;
    }

    static facts facts_of(const sortie_error *raw) {
        facts made;
        made.status = sortie_error_status(raw);
        made.kind = detail::view(sortie_error_kind(raw));
        made.message = detail::view(sortie_error_message(raw));
        made.phase = detail::view(sortie_error_phase(raw));
        made.method = detail::view(sortie_error_method(raw));
        made.url = detail::view(sortie_error_url(raw));
        made.chain = detail::view(sortie_error_chain(raw));
        made.os_error = sortie_error_os_error(raw);
        made.is_timeout = sortie_error_is_timeout(raw) != 0;
        made.attempts = sortie_error_attempts(raw);
        for (std::size_t index = 0; index < sortie_error_cause_count(raw); ++index) {
            made.causes.emplace_back(detail::view(sortie_error_cause(raw, index)));
        }
        for (std::size_t index = 0; index < sortie_error_warning_count(raw); ++index) {
            made.warnings.emplace_back(detail::view(sortie_error_warning(raw, index)));
        }
        return made;
    }

    std::shared_ptr<const facts> facts_;
    std::shared_ptr<sortie_error> raw_;
};

namespace detail {

/// Throws, or ends the program where there are no exceptions.
[[noreturn]] inline void raise(const error &why) {
#if SORTIE_EXCEPTIONS
    throw why;
#else
    std::fprintf(stderr, "sortie: %s\n", why.what());
    std::abort();
#endif
}

} // namespace detail

/// What the `try_` functions give: a value, or the error that stands in its place.
template <class T> class [[nodiscard]] result {
public:
    result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
    result(sortie::error why) : state_(std::in_place_index<1>, std::move(why)) {}

    /// Whether there is a value.
    explicit operator bool() const noexcept { return state_.index() == 0; }

    /// The value. Throws the error where there is none.
    T &value() & { return check(), *std::get_if<0>(&state_); }
    const T &value() const & { return check(), *std::get_if<0>(&state_); }
    T value() && { return check(), std::move(*std::get_if<0>(&state_)); }

    /// The value: only where there is one.
    T &operator*() & { return *std::get_if<0>(&state_); }
    const T &operator*() const & { return *std::get_if<0>(&state_); }
    T operator*() && { return std::move(*std::get_if<0>(&state_)); }
    T *operator->() & { return std::get_if<0>(&state_); }
    const T *operator->() const & { return std::get_if<0>(&state_); }
    void operator->() const && = delete;

    /// Why there is no value: only where there is none.
    const sortie::error &error() const & { return *std::get_if<1>(&state_); }
    sortie::error error() const && { return *std::get_if<1>(&state_); }

private:
    void check() const {
        if (const sortie::error *why = std::get_if<1>(&state_)) {
            detail::raise(*why);
        }
    }

    std::variant<T, sortie::error> state_;
};

/// Of a function that gives nothing.
template <> class [[nodiscard]] result<void> {
public:
    result() = default;
    result(sortie::error why) : error_(std::move(why)) {}

    /// Whether it was done.
    explicit operator bool() const noexcept { return !error_.has_value(); }

    /// Throws the error, if there is one.
    void value() const {
        if (error_.has_value()) {
            detail::raise(*error_);
        }
    }

    /// Why it was not done: only where it was not.
    const sortie::error &error() const & { return *error_; }
    sortie::error error() const && { return *error_; }

private:
    std::optional<sortie::error> error_;
};

/// Whether the library that was loaded is as new as the header that the program was compiled with. The first session
/// asks.
inline result<void> try_check_version() {
    if (sortie_version_number() >= SORTIE_VERSION) {
        return {};
    }
    const std::uint32_t wanted = SORTIE_VERSION;
    return error(SORTIE_ERR_UNSUPPORTED,
                 std::string("libsortie ") + sortie_version() + " is older than its header, which is of version " +
                     std::to_string(wanted / 1000000) + "." + std::to_string(wanted / 1000 % 1000) + "." +
                     std::to_string(wanted % 1000));
}

/// The same; throws where it is older.
inline void check_version() { try_check_version().value(); }

} // namespace sortie

#endif // SORTIE_ERROR_HPP
