#pragma once

#include <string>

#include "rollmill/base/result.h"

namespace rollmill::sim {

/// Folds a journal of rollmilld fact by fact through the engine and checks every state. Gives a
/// report; the error names the first fact after which a promise is broken. The file is copied
/// first: the original is not touched and may be in use.
base::Result<std::string> replay(const std::string& journal);

}  // namespace rollmill::sim
