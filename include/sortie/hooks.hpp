/// What hooks are given, and what they answer.
#ifndef SORTIE_HOOKS_HPP
#define SORTIE_HOOKS_HPP

#include "call.hpp"
#include "response.hpp"

namespace sortie {

/// What a hook wants to happen. A hook that returns nothing wants what it changed to count. What a hook throws is a
/// failure with the exception's words.
class verdict {
public:
    /// Goes on as if nothing had been changed.
    static verdict keep() { return verdict(SORTIE_HOOK_KEEP, {}); }
    /// Goes on with what the hook made of its copy.
    static verdict replace() { return verdict(SORTIE_HOOK_REPLACE, {}); }
    /// Gives a warning, and goes on as if nothing had been changed.
    static verdict fail(std::string why) { return verdict(SORTIE_HOOK_FAIL, std::move(why)); }
    /// Ends the call before it is sent: only in hooks of arguments and before requests.
    static verdict refuse(std::string why) { return verdict(SORTIE_HOOK_REFUSE, std::move(why)); }

    /// One of `SORTIE_HOOK_...`.
    std::int32_t code() const noexcept { return code_; }
    const std::string &reason() const noexcept { return reason_; }

private:
    verdict(std::int32_t code, std::string reason) : code_(code), reason_(std::move(reason)) {}

    std::int32_t code_;
    std::string reason_;
};

/// What will be sent, or was: lent to a hook, which may change it before it is.
///
/// Each function that may throw has a twin that does not: `try_` and its name, which gives a `result`.
class prepared {
public:
    explicit prepared(sortie_prepared *raw) : raw_(raw) {}
    prepared(const prepared &) = delete;
    prepared &operator=(const prepared &) = delete;

    std::string_view method() const { return detail::view(sortie_prepared_method(raw_)); }
    std::string_view url() const { return detail::view(sortie_prepared_url(raw_)); }
    /// The first header field of that name; nothing where there is none.
    std::optional<std::string_view> header(std::string_view name) const {
        return detail::look_up<sortie_prepared>(sortie_prepared_header, raw_, name);
    }
    /// All header fields, in order.
    auto headers() const { return header_list(raw_); }
    /// The body; empty where it is streamed.
    std::string_view body() const {
        return detail::view(sortie_prepared_body(raw_));
    }

    prepared &set_method(std::string_view method) { return self(try_set_method(method)); }
    result<void> try_set_method(std::string_view method) {
        return detail::call(sortie_prepared_set_method, raw(), method);
    }
    /// Host is told anew, too.
    prepared &set_url(std::string_view url) { return self(try_set_url(url)); }
    result<void> try_set_url(std::string_view url) { return detail::call(sortie_prepared_set_url, raw(), url); }
    prepared &set_header(std::string_view name, std::string_view value) { return self(try_set_header(name, value)); }
    result<void> try_set_header(std::string_view name, std::string_view value) {
        return detail::call(sortie_prepared_set_header, raw(), name, value);
    }
    prepared &append_header(std::string_view name, std::string_view value) {
        return self(try_append_header(name, value));
    }
    result<void> try_append_header(std::string_view name, std::string_view value) {
        return detail::call(sortie_prepared_append_header, raw(), name, value);
    }
    prepared &remove_header(std::string_view name) { return self(try_remove_header(name)); }
    result<void> try_remove_header(std::string_view name) {
        return detail::call(sortie_prepared_remove_header, raw(), name);
    }
    /// Content-Length is told anew, too, and Content-Encoding goes.
    prepared &set_body(std::string_view body) { return self(try_set_body(body)); }
    result<void> try_set_body(std::string_view body) {
        return detail::call(sortie_prepared_set_body, raw(), detail::data(body), body.size());
    }

private:
    static sortie::header header_at(const sortie_prepared *raw, std::size_t index) {
        return {detail::view(sortie_prepared_header_name(raw, index)),
                detail::view(sortie_prepared_header_value(raw, index))};
    }
    using header_list = detail::items<sortie_prepared, sortie::header, sortie_prepared_header_count, header_at>;

    sortie_prepared *raw() { return raw_; }
    prepared &self(result<void> done) { return done.value(), *this; }

    sortie_prepared *raw_;
};

/// How a request went, for a hook that runs after it: one of the two is there, for as long as the hook runs.
struct went {
    std::optional<response_view> response;
    std::optional<sortie::error> error;
};

namespace detail {

inline std::int32_t hook_failed(sortie_reason *reason, const char *why) {
    sortie_reason_set(reason, why, nullptr);
    return SORTIE_HOOK_FAIL;
}

/// Runs a hook; nothing returned means `silent`.
template <class F, class... A>
std::int32_t run_hook(void *raw, sortie_reason *reason, std::int32_t silent, A &...lent) {
    return shielded(
        [&]() -> std::int32_t {
            F &hook = context<F>::in(raw);
            if constexpr (std::is_void_v<std::invoke_result_t<F &, A &...>>) {
                hook(lent...);
                return silent;
            } else {
                const verdict wanted = hook(lent...);
                if (!wanted.reason().empty()) {
                    sortie_reason_set(reason, wanted.reason().c_str(), nullptr);
                }
                return wanted.code();
            }
        },
        [&](const char *why) { return hook_failed(reason, why); });
}

template <class Lent, class F> std::int32_t args_by(void *raw, sortie_request *request, sortie_reason *reason) {
    Lent lent(request);
    return run_hook<F>(raw, reason, SORTIE_HOOK_REPLACE, lent);
}

template <class F> std::int32_t pre_request_by(void *raw, sortie_prepared *request, sortie_reason *reason) {
    prepared lent(request);
    return run_hook<F>(raw, reason, SORTIE_HOOK_REPLACE, lent);
}

template <class F>
std::int32_t post_request_by(void *raw, sortie_prepared *request, const sortie_response *response,
                             const sortie_error *why, sortie_reason *reason) {
    prepared lent(request);
    went how;
    if (response != nullptr) {
        how.response = response_view(response);
    }
    if (why != nullptr) {
        how.error = error::copy_of(why);
    }
    return run_hook<F>(raw, reason, SORTIE_HOOK_KEEP, lent, std::as_const(how));
}

template <class F> std::int32_t response_by(void *raw, sortie_response *response, sortie_reason *reason) {
    lent_response lent(response);
    return run_hook<F>(raw, reason, SORTIE_HOOK_REPLACE, lent);
}

template <class Lent, class Register, class Handle, class F>
result<void> args_hook(Register function, const Handle &handle, F &&hook) {
    static_assert(std::is_invocable_v<std::decay_t<F> &, Lent &>, "such a hook is lent a sortie::lent_request");
    using kept = context<std::decay_t<F>>;
    return call(function, handle, args_by<Lent, std::decay_t<F>>, kept::of(std::forward<F>(hook)), kept::drop);
}

template <class Register, class Handle, class F>
result<void> pre_request_hook(Register function, const Handle &handle, F &&hook) {
    using kept = context<std::decay_t<F>>;
    return call(function, handle, pre_request_by<std::decay_t<F>>, kept::of(std::forward<F>(hook)), kept::drop);
}

template <class Register, class Handle, class F>
result<void> post_request_hook(Register function, const Handle &handle, F &&hook) {
    using kept = context<std::decay_t<F>>;
    return call(function, handle, post_request_by<std::decay_t<F>>, kept::of(std::forward<F>(hook)), kept::drop);
}

template <class Register, class Handle, class F>
result<void> response_hook(Register function, const Handle &handle, F &&hook) {
    using kept = context<std::decay_t<F>>;
    return call(function, handle, response_by<std::decay_t<F>>, kept::of(std::forward<F>(hook)), kept::drop);
}

} // namespace detail

} // namespace sortie

#endif // SORTIE_HOOKS_HPP
