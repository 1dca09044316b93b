#include "config/document.h"

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

namespace rollmill::config {
namespace {

using base::Error;
using base::ErrorCode;

constexpr std::uintmax_t kLargest = std::uintmax_t{16} << 20;

std::string line_and_column(const std::string& text, std::size_t byte) {
  std::size_t line = 1;
  std::size_t column = 1;
  for (std::size_t i = 0; i + 1 < byte && i < text.size(); ++i) {
    column = text[i] == '\n' ? 1 : column + 1;
    if (text[i] == '\n') ++line;
  }
  return std::to_string(line) + ": column " + std::to_string(column);
}

/// The parser's own words without its position and number, which ours replace.
std::string plain_words(const std::string& what) {
  const std::size_t colon = what.find(": ");
  return colon == std::string::npos ? what : what.substr(colon + 2);
}

/// The parser does not tell where: its words end with the number, in quotes.
Error number_too_large(const std::string& text, const std::string& file, const std::string& what) {
  const std::size_t end = what.rfind('\'');
  const std::size_t begin = what.rfind('\'', end - 1) + 1;
  const std::string number = what.substr(begin, end - begin);
  return {ErrorCode::InvalidArgument, file + ":" + line_and_column(text, text.find(number) + 1) +
                                          ": the number " + number + " is too large"};
}

Error cannot_read(const std::string& file, const std::string& why) {
  return {ErrorCode::NotFound,
          file + ": cannot be read: " + why + "; check the path and its permissions"};
}

}  // namespace

base::Result<Document> Document::read(const std::string& file) {
  std::error_code failure;
  if (std::filesystem::is_directory(file, failure)) return cannot_read(file, "it is a folder");
  const auto size = std::filesystem::file_size(file, failure);
  if (failure) return cannot_read(file, failure.message());
  if (size > kLargest) return cannot_read(file, "it is larger than 16 MiB");
  std::ifstream stream(file, std::ios::binary);
  if (!stream) return cannot_read(file, std::strerror(errno));
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  return parse(text, file);
}

base::Result<Document> Document::parse(const std::string& text, const std::string& file) {
  Document document;
  document.file_ = file;
  document.folder_ = std::filesystem::path(file).parent_path().string();
  try {
    document.value_ = std::make_shared<nlohmann::json>(
        nlohmann::json::parse(text, nullptr, /*allow_exceptions=*/true, /*ignore_comments=*/true));
  } catch (const nlohmann::json::parse_error& error) {
    return Error{ErrorCode::InvalidArgument, file + ":" + line_and_column(text, error.byte) +
                                                 ": not JSON: " + plain_words(error.what())};
  } catch (const nlohmann::json::out_of_range& error) {
    return number_too_large(text, file, error.what());
  }
  document.locations_ = locate(text);
  if (document.locations_.too_deep) {
    return Error{ErrorCode::InvalidArgument, file + ": nested deeper than any file of rollmill"};
  }
  for (const DuplicateKey& key : document.locations_.duplicates) {
    document.problems_.add(key.pointer, "is written twice, on lines " +
                                            std::to_string(key.first_line) + " and " +
                                            std::to_string(key.line) + "; take one out");
  }
  return document;
}

Error Document::error() const {
  return problems_.to_error(
      file_, [this](const std::string& pointer) { return line_of(locations_, pointer); });
}

}  // namespace rollmill::config
