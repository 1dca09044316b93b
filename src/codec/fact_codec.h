#pragma once

#include <memory>

#include "rollmill/ports/fact_codec.h"

namespace rollmill::codec {

/// The JSON form of facts, as docs/formats/journal.md describes it.
std::unique_ptr<ports::FactCodec> make_fact_codec();

}  // namespace rollmill::codec
