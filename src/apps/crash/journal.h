#pragma once

#include <memory>

#include "rollmill/ports/journal.h"

namespace rollmill::apps::crash {

/// The same journal, with the places `journal-before` and `journal-after` around every append. In
/// a build without crash points: what it was given.
std::unique_ptr<ports::Journal> with_points(std::unique_ptr<ports::Journal> journal);

}  // namespace rollmill::apps::crash
