#pragma once

#include <optional>
#include <string>
#include <vector>

namespace rollmill::base {

/// The known word that a misspelt one most likely stands for: at most a third of its letters
/// (at least one) added, left out, changed or swapped with the next; upper case counts as lower.
/// The first of equally near ones; nothing when none is near. Pure. THREAD: any.
std::optional<std::string> nearest(const std::string& word, const std::vector<std::string>& known);

/// `; did you mean "x"?` for the nearest known word, or an empty text.
std::string did_you_mean(const std::string& word, const std::vector<std::string>& known);

}  // namespace rollmill::base
