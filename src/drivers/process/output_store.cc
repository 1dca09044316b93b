#include "drivers/process/output_store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

namespace rollmill::drivers {
namespace {

struct Segment {
  std::uint64_t start = 0;
  std::uint64_t size = 0;
  std::uint64_t end() const { return start + size; }
};

std::string segment_path(const std::string& folder, const std::string& name, std::uint64_t start) {
  const std::string digits = std::to_string(start);
  return folder + "/" + name + "." +
         std::string(12 - std::min<std::size_t>(12, digits.size()), '0') + digits;
}

std::vector<Segment> list_segments(const std::string& folder, const std::string& name) {
  std::vector<Segment> segments;
  for (const std::string& entry : list_folder(folder)) {
    if (entry.size() <= name.size() + 1 || entry.compare(0, name.size() + 1, name + ".") != 0) {
      continue;
    }
    Segment segment;
    const char* const first = entry.data() + name.size() + 1;
    const char* const last = entry.data() + entry.size();
    const auto [end, failure] = std::from_chars(first, last, segment.start);
    struct stat status {};
    if (failure != std::errc() || end != last) continue;
    if (stat((folder + "/" + entry).c_str(), &status) != 0) continue;
    segment.size = static_cast<std::uint64_t>(status.st_size);
    segments.push_back(segment);
  }
  return segments;
}

std::string read_range(const std::string& path, std::uint64_t from, std::size_t limit) {
  const Fd fd(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd.ok()) return "";
  std::string text(limit, '\0');
  const ssize_t got = pread(fd.get(), text.data(), limit, static_cast<off_t>(from));
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  return text;
}

}  // namespace

OutputWriter::OutputWriter(std::string folder, std::string name)
    : folder_(std::move(folder)), name_(std::move(name)) {
  for (const Segment& segment : list_segments(folder_, name_)) {
    starts_.push_back(segment.start);
    end_ = std::max(end_, segment.end());
  }
}

void OutputWriter::open_segment() {
  const bool fits = !starts_.empty() && end_ - starts_.back() < kSegmentBytes;
  if (fits && current_.ok()) return;
  if (!fits) starts_.push_back(end_);
  current_.reset(open(segment_path(folder_, name_, starts_.back()).c_str(),
                      O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  while (starts_.size() > kLastSegments + 1) {
    unlink(segment_path(folder_, name_, starts_[1]).c_str());
    starts_.erase(starts_.begin() + 1);
  }
}

void OutputWriter::append(std::string_view bytes) {
  while (!bytes.empty()) {
    open_segment();
    const std::string_view part = bytes.substr(0, kSegmentBytes);
    if (!write_all(current_.get(), part)) return;
    end_ += part.size();
    bytes.remove_prefix(part.size());
  }
}

void OutputWriter::sync() {
  if (current_.ok()) fsync(current_.get());
}

std::string read_output(const std::string& folder, const std::string& name, std::uint64_t& offset,
                        std::size_t limit) {
  for (const Segment& segment : list_segments(folder, name)) {
    if (segment.end() <= offset) continue;
    std::string text;
    if (segment.start > offset) {
      text = "[" + std::to_string(segment.start - offset) + " bytes of output were not kept]\n";
      offset = segment.start;
    }
    const std::string kept =
        read_range(segment_path(folder, name, segment.start), offset - segment.start, limit);
    offset += kept.size();
    return text + kept;
  }
  return "";
}

std::string last_output(const std::string& folder, const std::string& name, std::size_t limit) {
  const std::vector<Segment> segments = list_segments(folder, name);
  std::string text;
  std::uint64_t reached = 0;
  for (auto segment = segments.rbegin(); segment != segments.rend(); ++segment) {
    if (text.size() >= limit || (reached != 0 && segment->end() != reached)) break;
    text = read_range(segment_path(folder, name, segment->start), 0,
                      static_cast<std::size_t>(segment->size)) +
           text;
    reached = segment->start;
  }
  return text.size() <= limit ? text : text.substr(text.size() - limit);
}

}  // namespace rollmill::drivers
