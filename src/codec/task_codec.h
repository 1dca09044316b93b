#pragma once

#include <memory>

#include "rollmill/ports/task_codec.h"

namespace rollmill::codec {

/// The JSON form of an agent's facts, as docs/formats/journal.md describes it.
std::unique_ptr<ports::TaskCodec> make_task_codec();

}  // namespace rollmill::codec
