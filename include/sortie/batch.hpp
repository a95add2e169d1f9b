/// Batches: many calls on one thread, in turns.
#ifndef SORTIE_BATCH_HPP
#define SORTIE_BATCH_HPP

#include <deque>
#include <unordered_map>

#include "outcome.hpp"
#include "session.hpp"

namespace sortie {

/// How far a batch is.
struct progress {
    /// How many calls there will be, where that is known.
    std::optional<std::uint64_t> total;
    std::uint64_t submitted, in_flight, done, failed, bytes;
    std::chrono::nanoseconds elapsed;
};

/// What became of a batch's connections.
using pool = sortie_pool;

/// Ends the wait of a batch's turn, from any thread.
class waker {
public:
    /// Takes a handle over.
    explicit waker(sortie_waker *raw) : raw_(raw) {}
    void wake() const { try_wake().value(); }
    result<void> try_wake() const { return detail::call(sortie_waker_wake, raw()); }
    const sortie_waker *raw() const noexcept { return raw_.get(); }

private:
    detail::owned<sortie_waker, sortie_waker_free> raw_;
};

/// Many calls on one thread: submit, turn, take. One thread at a time; another gets `SORTIE_ERR_BUSY`.
///
/// Each function that may throw has a twin that does not: `try_` and its name, which gives a `result`.
class batch {
public:
    /// Calls of a session, which may be let go before the batch.
    explicit batch(const session &of) : batch(try_make(of).value()) {}
    static result<batch> try_make(const session &of) {
        return detail::make<batch, sortie_batch>(sortie_batch_new, of.raw());
    }
    /// Takes a handle over.
    explicit batch(sortie_batch *raw) : state_(std::make_shared<state>(raw)) {}
    batch(batch &&) = default;
    batch &operator=(batch &&) = default;

    /// How many calls run at a time, in all and to an origin.
    batch &set_concurrency(std::size_t most) { return self(try_set_concurrency(most)); }
    result<void> try_set_concurrency(std::size_t most) {
        return detail::call(sortie_batch_set_concurrency, raw(), most);
    }
    batch &set_per_origin(std::size_t most) { return self(try_set_per_origin(most)); }
    result<void> try_set_per_origin(std::size_t most) { return detail::call(sortie_batch_set_per_origin, raw(), most); }
    /// How long all of it may take, from the first request on.
    batch &set_deadline(timeout time) { return self(try_set_deadline(time)); }
    result<void> try_set_deadline(timeout time) { return detail::call(sortie_batch_set_deadline_ms, raw(), time); }
    /// Whether the first failure ends the others.
    batch &set_fail_fast(bool on) { return self(try_set_fail_fast(on)); }
    result<void> try_set_fail_fast(bool on) { return detail::call(sortie_batch_set_fail_fast, raw(), on); }
    /// How many bytes of content may be held before they are taken. What `run` has come across no longer counts.
    batch &set_memory_budget(size_limit bytes) { return self(try_set_memory_budget(bytes)); }
    result<void> try_set_memory_budget(size_limit bytes) {
        return detail::call(sortie_batch_set_memory_budget, raw(), bytes);
    }
    /// For how long, at the most, a server that asks for time is heeded (429 and 503 with Retry-After).
    batch &set_gate(timeout time) { return self(try_set_gate(time)); }
    result<void> try_set_gate(timeout time) { return detail::call(sortie_batch_set_gate_ms, raw(), time); }
    /// Bounds retries to a share of the calls: 0.1 allows one for each ten.
    batch &set_retry_budget(double share) { return self(try_set_retry_budget(share)); }
    result<void> try_set_retry_budget(double share) {
        return detail::call(sortie_batch_set_retry_budget, raw(), share);
    }
    batch &set_cancel(const cancel &token) { return self(try_set_cancel(token)); }
    result<void> try_set_cancel(const cancel &token) {
        return detail::call(sortie_batch_set_cancel, raw(), token.raw());
    }

    /// Runs `watch(progress)` as outcomes come in, at most ten times a second, and when all have been taken. What it
    /// throws comes out of the `turn`, `run`, `take` or `map` that has told it.
    template <class F> batch &on_progress(F &&watch) { return self(try_on_progress(std::forward<F>(watch))); }
    template <class F> result<void> try_on_progress(F &&watch) {
        using watching = watcher<std::decay_t<F>>;
        using kept = detail::context<watching>;
        return detail::call(sortie_batch_on_progress, raw(), progress_by<watching>,
                            kept::of(watching{std::forward<F>(watch), state_.get()}), kept::drop);
    }

    /// Queues a request: nothing is sent before the next turn. It is copied.
    ///
    /// Parameters: `user`: comes back with the outcome. Returns: what names the call until `take` gives its outcome.
    std::uint64_t submit(const request &what, void *user = nullptr) { return try_submit(what, user).value(); }
    result<std::uint64_t> try_submit(const request &what, void *user = nullptr) {
        return detail::ask<std::uint64_t>(sortie_batch_submit, raw(), what.raw(), user);
    }

    /// Queues a request, whose end is told to `done(result<response>)` by the turn in which it comes; `take` does not
    /// give it.
    ///
    /// `done` may use the batch, also let it go. What it throws comes out of the turn; the next one goes on.
    template <class F, class = std::enable_if_t<std::is_invocable_v<std::decay_t<F> &, result<response>>>>
    std::uint64_t submit(const request &what, F &&done) {
        return try_submit(what, std::forward<F>(done)).value();
    }
    template <class F, class = std::enable_if_t<std::is_invocable_v<std::decay_t<F> &, result<response>>>>
    result<std::uint64_t> try_submit(const request &what, F &&done) {
        auto kept = std::make_unique<done_by<std::decay_t<F>>>(std::forward<F>(done));
        auto call = try_submit(what, static_cast<void *>(nullptr));
        if (call) {
            state_->waiting.emplace(*call, std::move(kept));
        }
        return call;
    }

    /// Queues requests, any range of them, at once.
    template <class Requests> std::vector<std::uint64_t> submit_many(Requests &&requests) {
        return try_submit_many(requests).value();
    }
    template <class Requests> result<std::vector<std::uint64_t>> try_submit_many(Requests &&requests) {
        const auto handles = detail::handles_of(requests);
        std::vector<std::uint64_t> calls(handles.size());
        auto done = detail::call(sortie_batch_submit_many, raw(), handles.data(), static_cast<void *const *>(nullptr),
                                 handles.size(), calls.data());
        if (!done) {
            return done.error();
        }
        return calls;
    }

    /// Waits for something to happen, does what can be done, and tells those who wait for it.
    ///
    /// Parameters: `wait`: at most so long; zero does not wait, `never` does for as long as it takes.
    void turn(timeout wait = never) { try_turn(wait).value(); }
    result<void> try_turn(timeout wait = never) {
        const auto kept = state_; // What is told may let the batch go.
        if (!kept) {
            return gone();
        }
        if (!kept->due.empty()) {
            wait = std::chrono::milliseconds(0);
        }
        auto done = detail::call(sortie_batch_turn, raw_of(*kept), wait);
        auto sorted = kept->waiting.empty() ? result<void>() : sort(*kept);
        kept->thrown.rethrow();
        while (!kept->due.empty()) {
            auto next = std::move(kept->due.front());
            kept->due.pop_front();
            next.first->run(std::move(next.second));
        }
        return done ? sorted : done;
    }

    /// Turns until all calls have ended. Their outcomes are there to be taken then.
    void run() { try_run().value(); }
    result<void> try_run() {
        batch turning(state_); // What is told may let this one go.
        if (!turning.state_) {
            return gone();
        }
        for (;;) {
            auto sorted = sort(*turning.state_);
            turning.state_->thrown.rethrow();
            if (!sorted) {
                return sorted;
            }
            auto left = detail::ask<std::size_t>(sortie_batch_unfinished, turning.raw());
            if (!left || (*left == 0 && turning.state_->due.empty())) {
                return left ? result<void>() : result<void>(left.error());
            }
            auto done = turning.try_turn();
            if (!done) {
                return done;
            }
        }
    }

    /// The next outcome; nothing where there is none (yet).
    std::optional<outcome> take() { return try_take().value(); }
    result<std::optional<outcome>> try_take() {
        if (!state_) {
            return gone();
        }
        for (;;) {
            if (!state_->ready.empty()) {
                std::optional<outcome> next(std::move(state_->ready.front()));
                state_->ready.pop_front();
                return next;
            }
            sortie_outcome raw_outcome{};
            auto status = detail::status_of(sortie_batch_take, raw(), &raw_outcome);
            const bool is_there = status && *status == SORTIE_OK;
            if (is_there) {
                state_->put(raw_outcome);
            }
            state_->thrown.rethrow();
            if (!is_there) {
                return status ? result<std::optional<outcome>>(std::nullopt) : status.error();
            }
        }
    }

    /// Sends requests within the batch's limits and waits for all of them. Returns: what became of each, in their
    /// order.
    template <class Requests> std::vector<result<response>> map(Requests &&requests) {
        return try_map(requests).value();
    }
    template <class Requests> result<std::vector<result<response>>> try_map(Requests &&requests) {
        const auto handles = detail::handles_of(requests);
        std::vector<sortie_outcome> outcomes(handles.size());
        const auto kept = state_; // What watches may let the batch go.
        auto done = detail::call(sortie_batch_map, raw(), handles.data(), handles.size(), outcomes.data());
        // They are ours, also where what watched has thrown.
        auto answers = done ? result<std::vector<result<response>>>(detail::answers_of(outcomes)) : done.error();
        if (kept) {
            kept->thrown.rethrow();
        }
        return answers;
    }

    /// Ends a call. Returns: whether it was still there.
    bool cancel_call(std::uint64_t call) { return try_cancel_call(call).value(); }
    result<bool> try_cancel_call(std::uint64_t call) {
        auto status = detail::status_of(sortie_batch_cancel, raw(), call);
        return status ? result<bool>(*status == SORTIE_OK) : result<bool>(status.error());
    }
    /// Ends all calls.
    batch &cancel_all() { return self(try_cancel_all()); }
    result<void> try_cancel_all() { return detail::call(sortie_batch_cancel_all, raw()); }

    /// How many calls were submitted, and neither taken nor told to those who wait for them.
    std::size_t unfinished() const { return try_unfinished().value(); }
    result<std::size_t> try_unfinished() const {
        auto left = detail::ask<std::size_t>(sortie_batch_unfinished, raw());
        return left && state_ ? result<std::size_t>(*left + state_->ready.size() + state_->due.size()) : left;
    }

    /// For a loop of your own: the descriptor to watch for reading, and how long to wait for it at most; then
    /// `turn(0ms)`.
    int fd() const { return try_fd().value(); }
    result<int> try_fd() const { return detail::ask<int>(sortie_batch_fd, raw()); }
    /// Nothing where the descriptor is all that is waited for.
    std::optional<std::chrono::milliseconds> wait() const { return try_wait().value(); }
    result<std::optional<std::chrono::milliseconds>> try_wait() const {
        auto ms = detail::ask<std::int32_t>(sortie_batch_timeout_ms, raw());
        if (!ms) {
            return ms.error();
        }
        using some = std::optional<std::chrono::milliseconds>;
        return state_ && !state_->due.empty() ? some(0) : *ms < 0 ? some() : some(*ms);
    }

    /// How far it is: any thread may ask.
    sortie::progress progress() const { return try_progress().value(); }
    result<sortie::progress> try_progress() const {
        auto raw_progress = detail::ask<sortie_progress>(sortie_batch_progress, raw());
        return raw_progress ? result<sortie::progress>(progress_of(*raw_progress))
                            : result<sortie::progress>(raw_progress.error());
    }
    sortie::pool pool() const { return try_pool().value(); }
    result<sortie::pool> try_pool() const { return detail::ask<sortie_pool>(sortie_batch_pool, raw()); }

    /// What ends the wait of a turn from another thread. It may outlive the batch.
    sortie::waker waker() const { return try_waker().value(); }
    result<sortie::waker> try_waker() const {
        return detail::make<sortie::waker, sortie_waker>(sortie_batch_waker, raw());
    }

    const sortie_batch *raw() const noexcept { return state_ ? state_->raw.get() : nullptr; }

private:
    /// What waits for the end of a call.
    struct waiter {
        virtual ~waiter() = default;
        virtual void run(result<response> answer) = 0;
    };
    /// What waits by a function object.
    template <class F> struct done_by final : waiter {
        template <class G> explicit done_by(G &&given) : done(std::forward<G>(given)) {}
        void run(result<response> answer) override { done(std::move(answer)); }
        F done;
    };

    /// What stays where it is when the batch is moved.
    struct state {
        explicit state(sortie_batch *batch) : raw(batch) {}

        /// To whom it is told, or to be taken.
        void put(const sortie_outcome &raw_outcome) {
            outcome ended = detail::outcome_of(raw_outcome);
            const auto found = waiting.find(ended.call);
            if (found == waiting.end()) {
                ready.push_back(std::move(ended));
                return;
            }
            due.emplace_back(std::move(found->second), std::move(ended.answer));
            waiting.erase(found);
        }

        std::unordered_map<std::uint64_t, std::unique_ptr<waiter>> waiting;
        std::deque<std::pair<std::unique_ptr<waiter>, result<response>>> due;
        std::deque<outcome> ready;
        detail::caught thrown;
        detail::owned<sortie_batch, sortie_batch_free> raw;
    };

    /// What looks at the progress, and where it leaves what it throws.
    template <class F> struct watcher {
        F watch;
        state *of;
    };

    explicit batch(std::shared_ptr<state> kept) : state_(std::move(kept)) {}
    /// What a batch answers that was moved from.
    static error gone() { return error(SORTIE_ERR_NULL, "the batch was moved from"); }
    batch &self(result<void> done) { return done.value(), *this; }
    static const sortie_batch *raw_of(const state &kept) { return kept.raw.get(); }

    /// Takes all outcomes that are there.
    static result<void> sort(state &kept) {
        for (;;) {
            sortie_outcome outcomes[64];
            std::size_t count = 0;
            auto status =
                detail::status_of(sortie_batch_take_many, raw_of(kept), &outcomes[0], std::size_t{64}, &count);
            if (!status) {
                return status.error();
            }
            for (std::size_t index = 0; index < count; ++index) {
                kept.put(outcomes[index]);
            }
            if (count < 64) {
                return {};
            }
        }
    }

    static sortie::progress progress_of(const sortie_progress &raw) {
        return {raw.total == SORTIE_UNKNOWN ? std::nullopt : std::optional<std::uint64_t>(raw.total),
                raw.submitted, raw.in_flight, raw.done, raw.failed, raw.bytes,
                std::chrono::nanoseconds(static_cast<std::chrono::nanoseconds::rep>(raw.elapsed_ns))};
    }

    template <class Watcher> static void progress_by(void *raw, const sortie_progress *far) {
        auto &watcher = detail::context<Watcher>::in(raw);
        watcher.of->thrown.run([&] { watcher.watch(progress_of(*far)); });
    }

    std::shared_ptr<state> state_;
};

} // namespace sortie

#endif // SORTIE_BATCH_HPP
