/// How calls of a map or of a batch ended.
#ifndef SORTIE_OUTCOME_HPP
#define SORTIE_OUTCOME_HPP

#include "response.hpp"

namespace sortie {

/// How a call of a batch ended.
struct outcome {
    /// Which call: what `submit` returned.
    std::uint64_t call;
    /// What was handed to `submit` for it.
    void *user;
    result<response> answer;
};

namespace detail {

/// Takes over what an outcome holds.
inline result<response> answer_of(const sortie_outcome &raw) {
    return raw.response != nullptr ? result<response>(response(raw.response)) : result<response>(error(raw.error));
}

inline outcome outcome_of(const sortie_outcome &raw) { return {raw.call, raw.user, answer_of(raw)}; }

/// The handles of requests that stand in any range, in their order.
template <class Requests> std::vector<const sortie_request *> handles_of(Requests &requests) {
    static_assert(std::is_lvalue_reference_v<decltype(*std::begin(requests))>, "the range has to hold its requests");
    std::vector<const sortie_request *> handles;
    for (const auto &each : requests) {
        handles.push_back(each.raw());
    }
    return handles;
}

inline std::vector<result<response>> answers_of(const std::vector<sortie_outcome> &outcomes) {
    std::vector<result<response>> answers;
    answers.reserve(outcomes.size());
    for (const sortie_outcome &each : outcomes) {
        answers.push_back(answer_of(each));
    }
    return answers;
}

} // namespace detail

} // namespace sortie

#endif // SORTIE_OUTCOME_HPP
