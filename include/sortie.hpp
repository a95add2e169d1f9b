/// libsortie for C++17 and later: HTTP for humans, in batches. docs/cpp.md is the guide, sortie.h says more of each
/// function.
///
/// Handles are classes that can be moved, but not copied. Texts go in as `std::string_view`, which need not end with a
/// NUL, and come out as views of what lends them. Times are durations of `std::chrono`. A function that fails throws a
/// `sortie::error`; its twin, `try_` and its name, returns it in a `sortie::result`. Whatever a handle is made from
/// copies it, so no handle has to outlive another but where something is lent.
#ifndef SORTIE_HPP
#define SORTIE_HPP

#include "sortie.h"

#include "sortie/batch.hpp"
#include "sortie/cancel.hpp"
#include "sortie/cookies.hpp"
#include "sortie/error.hpp"
#include "sortie/hooks.hpp"
#include "sortie/request.hpp"
#include "sortie/response.hpp"
#include "sortie/retries.hpp"
#include "sortie/session.hpp"
#include "sortie/stream.hpp"
#include "sortie/tls.hpp"
#include "sortie/values.hpp"

#endif // SORTIE_HPP
