#pragma once

#include <memory>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "config/locator.h"
#include "config/problems.h"
#include "rollmill/base/result.h"

namespace rollmill::config {

/// One JSON file with comments, and all that is found wrong in it. One thread.
class Document {
 public:
  /// Reads at most 16 MiB. NotFound or Unavailable when the file cannot be read, InvalidArgument
  /// with FILE:LINE when it is not JSON. Keys that stand twice are problems already.
  static base::Result<Document> read(const std::string& file);
  /// The same for a text; `file` is what messages call it, and gives the folder of relative paths.
  static base::Result<Document> parse(const std::string& text, const std::string& file);

  nlohmann::json& value() { return *value_; }
  Problems& problems() { return problems_; }
  /// Where relative paths in the file start; empty: the working directory.
  const std::string& folder() const { return folder_; }
  /// All problems; there must be one.
  base::Error error() const;

 private:
  Document() = default;

  std::shared_ptr<nlohmann::json> value_;
  Problems problems_;
  Locations locations_;
  std::string file_;
  std::string folder_;
};

}  // namespace rollmill::config
