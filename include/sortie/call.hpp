/// How sortie.hpp calls sortie.h: texts, statuses, handles, callbacks. Nothing here is for programs.
#ifndef SORTIE_CALL_HPP
#define SORTIE_CALL_HPP

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <type_traits>

#include "error.hpp"
#include "values.hpp"

namespace sortie::detail {

/// Frees a handle.
template <auto Free> struct freed_by {
    template <class T> void operator()(T *raw) const noexcept { Free(raw); }
};

/// A handle that is ours.
template <class T, auto Free> using owned = std::unique_ptr<T, freed_by<Free>>;

/// A text for C: it ends with a NUL, and has none inside.
class text {
public:
    explicit text(std::string_view view) : text_(view) {}
    bool is_whole() const noexcept { return text_.find('\0') == std::string::npos; }
    const char *get() const noexcept { return text_.c_str(); }

private:
    std::string text_;
};

inline text hold(std::string_view value) { return text(value); }
inline std::optional<text> hold(std::optional<std::string_view> value) {
    return value ? std::optional<text>(*value) : std::nullopt;
}
template <class T> T hold(T value) { return value; }

inline bool is_whole(const text &value) { return value.is_whole(); }
inline bool is_whole(const std::optional<text> &value) { return !value || value->is_whole(); }
template <class T> bool is_whole(const T &) { return true; }

inline const char *lower(const text &value) { return value.get(); }
inline const char *lower(const std::optional<text> &value) { return value ? value->get() : nullptr; }
inline std::int64_t lower(const timeout &value) { return value.count_ms(); }
inline std::uint64_t lower(const size_limit &value) { return value.count(); }
template <class T> const T *lower(const std::shared_ptr<T> &value) { return value.get(); }
inline std::int32_t lower(bool value) { return value ? 1 : 0; }
template <class T> auto lower(const T &value) {
    if constexpr (std::is_enum_v<T>) {
        return static_cast<std::int32_t>(value);
    } else {
        return value;
    }
}

template <class F, class... Held> result<sortie_status> call_held(F function, const Held &...held) {
    if (!(is_whole(held) && ...)) {
        return error(SORTIE_ERR_ARGUMENT, "a text has a NUL inside");
    }
    sortie_error *raw = nullptr;
    const sortie_status status = function(lower(held)..., &raw);
    if (status == SORTIE_OK || status == SORTIE_EMPTY) {
        return status;
    }
    return raw == nullptr ? error(status, sortie_status_name(status)) : error(raw);
}

/// Calls a function of sortie.h; its last parameter, the error, is added.
template <class F, class... A> result<sortie_status> status_of(F function, A... arguments) {
    return call_held(function, hold(arguments)...);
}

/// The same, of a function that succeeds in one way only.
template <class F, class... A> result<void> call(F function, A... arguments) {
    auto status = status_of(function, arguments...);
    return status ? result<void>() : result<void>(status.error());
}

/// The same, of a function that makes a handle by the parameter before the error.
template <class T, class Raw, class F, class... A> result<T> make(F function, A... arguments) {
    Raw *raw = nullptr;
    auto status = status_of(function, arguments..., &raw);
    return status ? result<T>(T(raw)) : result<T>(status.error());
}

/// The same, of a function that gives a number or a struct.
template <class T, class F, class... A> result<T> ask(F function, A... arguments) {
    T value{};
    auto status = status_of(function, arguments..., &value);
    return status ? result<T>(value) : result<T>(status.error());
}

/// What an accessor says of a name; nothing where it says NULL. No name has a NUL inside.
template <class Handle>
std::optional<std::string_view> look_up(const char *(*accessor)(const Handle *, const char *), const Handle *handle,
                                        std::string_view name) {
    const text held(name);
    const char *found = held.is_whole() ? accessor(handle, held.get()) : nullptr;
    return found == nullptr ? std::nullopt : std::optional<std::string_view>(found);
}

/// Bytes for C.
inline const std::uint8_t *data(std::string_view bytes) {
    return reinterpret_cast<const std::uint8_t *>(bytes.data());
}

/// Runs what a callback is to run: no exception may get out of it.
template <class Work, class Failed> auto shielded(Work &&work, [[maybe_unused]] Failed &&failed) {
#if SORTIE_EXCEPTIONS
    try {
        return work();
    } catch (const std::exception &thrown) {
        return failed(thrown.what());
    } catch (...) {
        return failed("something was thrown that is no std::exception");
    }
#else
    return work();
#endif
}

/// Runs what a callback is to run, and keeps what it throws for the caller of the function that called back.
class caught {
public:
    /// Whether it came to its end.
    template <class Work> bool run(Work &&work) {
#if SORTIE_EXCEPTIONS
        try {
            work();
            return true;
        } catch (...) {
            thrown_ = std::current_exception();
            return false;
        }
#else
        work();
        return true;
#endif
    }

    void rethrow() {
#if SORTIE_EXCEPTIONS
        if (thrown_) {
            std::rethrow_exception(std::exchange(thrown_, nullptr));
        }
#endif
    }

private:
#if SORTIE_EXCEPTIONS
    std::exception_ptr thrown_;
#endif
};

/// A function object that C keeps as a context, and lets go by `drop`.
template <class F> struct context {
    template <class G> static void *of(G &&function) { return new F(std::forward<G>(function)); }
    static F &in(void *raw) { return *static_cast<F *>(raw); }
    static void drop(void *raw) { delete static_cast<F *>(raw); }
};

/// Items of a handle, by their index.
template <class Handle, class Item, std::size_t (*Count)(const Handle *), Item (*At)(const Handle *, std::size_t)>
class items {
public:
    /// Where it stands among them.
    class iterator {
    public:
        using iterator_category = std::input_iterator_tag;
        using iterator_concept = std::forward_iterator_tag;
        using value_type = Item;
        using difference_type = std::ptrdiff_t;
        using pointer = void;
        using reference = Item;

        iterator() = default;
        iterator(const Handle *handle, std::size_t index) : handle_(handle), index_(index) {}
        Item operator*() const { return At(handle_, index_); }
        iterator &operator++() { return ++index_, *this; }
        iterator operator++(int) { return iterator(handle_, index_++); }
        friend bool operator==(const iterator &one, const iterator &other) { return one.index_ == other.index_; }
        friend bool operator!=(const iterator &one, const iterator &other) { return one.index_ != other.index_; }

    private:
        const Handle *handle_ = nullptr;
        std::size_t index_ = 0;
    };
    using value_type = Item;
    using const_iterator = iterator;

    explicit items(const Handle *handle) : handle_(handle) {}
    std::size_t size() const { return Count(handle_); }
    bool empty() const { return size() == 0; }
    /// Of an index below `size()`.
    Item operator[](std::size_t index) const { return At(handle_, index); }
    iterator begin() const { return iterator(handle_, 0); }
    iterator end() const { return iterator(handle_, size()); }

private:
    const Handle *handle_;
};

} // namespace sortie::detail

#endif // SORTIE_CALL_HPP
