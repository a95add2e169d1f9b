/// Responses whose content is read as it comes.
#ifndef SORTIE_STREAM_HPP
#define SORTIE_STREAM_HPP

#include "call.hpp"
#include "response.hpp"

namespace sortie {

/// A response whose content is still on its way. Letting it go before the end gives the content up. One thread at a
/// time.
///
/// Each function that may throw has a twin that does not: `try_` and its name, which gives a `result`.
class stream {
public:
    /// Takes a handle over.
    explicit stream(sortie_stream *raw) : raw_(raw) {}

    /// The head: it lives as long as the stream, and has no content.
    response_view response() const & { return try_response().value(); }
    void response() const && = delete;
    result<response_view> try_response() const & {
        auto head = detail::ask<const sortie_response *>(sortie_stream_response, raw());
        return head ? result<response_view>(response_view(*head)) : result<response_view>(head.error());
    }
    void try_response() const && = delete;

    /// Waits for content, and puts what is there into the buffer.
    ///
    /// Returns: how many bytes; 0 at the end, and where `size` is 0.
    std::size_t read(void *buffer, std::size_t size) { return try_read(buffer, size).value(); }
    result<std::size_t> try_read(void *buffer, std::size_t size) {
        return detail::ask<std::size_t>(sortie_stream_read, raw_.get(), static_cast<std::uint8_t *>(buffer), size);
    }

    /// Reads what is left, to the end.
    std::string read_all() { return try_read_all().value(); }
    result<std::string> try_read_all() {
        std::string all;
        for (;;) {
            const std::size_t had = all.size();
            all.resize(had + step);
            auto count = try_read(&all[had], step);
            if (!count) {
                return count.error();
            }
            all.resize(had + *count);
            if (*count == 0) {
                return all;
            }
        }
    }

    /// What came behind the content: only after the end.
    auto trailers() const & { return trailer_list(raw()); }
    void trailers() const && = delete;

    const sortie_stream *raw() const noexcept { return raw_.get(); }

private:
    static constexpr std::size_t step = 16384;

    static header trailer_at(const sortie_stream *raw, std::size_t index) {
        return {detail::view(sortie_stream_trailer_name(raw, index)),
                detail::view(sortie_stream_trailer_value(raw, index))};
    }
    using trailer_list = detail::items<sortie_stream, header, sortie_stream_trailer_count, trailer_at>;

    detail::owned<sortie_stream, sortie_stream_free> raw_;
};

} // namespace sortie

#endif // SORTIE_STREAM_HPP
