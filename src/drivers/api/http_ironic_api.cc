#include <set>
#include <utility>

#include "drivers/api/api_json.h"
#include "drivers/api/http_get.h"
#include "drivers/drivers.h"
#include "drivers/support/files.h"
#include "drivers/support/text.h"

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;

constexpr char kMicroversion[] = "1.49";  ///< The first that lists conductors.
constexpr int kPages = 10'000;

// "1.111" is newer than "1.83": both parts are numbers, as in a release.
bool at_least(const std::string& version, const core::ReleaseNumber& wanted) {
  const auto number = core::parse_release_number(version);
  return number && *number >= wanted;
}

std::string percent(const std::string& text) {
  static const char* const kHex = "0123456789ABCDEF";
  std::string coded;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = std::isalnum(byte) != 0 || c == '-' || c == '.' || c == '_' || c == '~';
    if (plain) {
      coded += c;
    } else {
      coded += {'%', kHex[byte >> 4U], kHex[byte & 15U]};
    }
  }
  return coded;
}

ErrorCode code_of(int status) {
  switch (status) {
    case 401:
    case 403:
      return ErrorCode::PermissionDenied;
    case 404:
      return ErrorCode::NotFound;
    case 406:
      return ErrorCode::FailedPrecondition;
  }
  return status >= 500 ? ErrorCode::Unavailable : ErrorCode::InvalidArgument;
}

class HttpIronicApi final : public ports::IronicApi {
 public:
  explicit HttpIronicApi(ApiOptions options) : options_(std::move(options)) {}

  Result<Versions> versions() override;
  Result<std::vector<Conductor>> conductors() override;
  Result<std::vector<Node>> nodes() override;
  Status list_once() override;
  Status round_trip(const std::string& uuid) override;
  Status driver_round_trip(const std::string& driver) override;
  Result<int> status_at(const std::string& microversion) override;

 private:
  Result<HttpAnswer> get(const std::string& target, const std::string& microversion) const;
  Result<std::string> get_well(const std::string& target, const std::string& microversion) const;
  Status add_token(std::map<std::string, std::string>& headers) const;
  Error at(const std::string& target, const Error& error) const {
    return error.with_context(options_.url + target);
  }
  Status ask(const std::string& target, Status (*check)(const std::string&)) const;
  template <typename Item, typename Read>
  Result<std::vector<Item>> all_pages(const std::string& target, const std::string& microversion,
                                      Read read) const;

  const ApiOptions options_;
};

Status HttpIronicApi::add_token(std::map<std::string, std::string>& headers) const {
  if (options_.token_file.empty()) return base::success();
  const Result<std::string> text = read_file(options_.token_file, 64U << 10U);
  if (!text) return text.error();
  const std::string token = trim(*text);
  const std::size_t colon = token.find(": ");
  if (token.empty() || contains(token, "\n")) {
    return Error{ErrorCode::InvalidArgument, options_.token_file + " must hold one line"};
  }
  if (colon == std::string::npos) {
    headers["X-Auth-Token"] = token;
  } else {
    headers[token.substr(0, colon)] = trim(token.substr(colon + 2));
  }
  return base::success();
}

Result<HttpAnswer> HttpIronicApi::get(const std::string& target,
                                      const std::string& microversion) const {
  Result<HttpAddress> address = parse_address(options_.url);
  if (!address) return address.error();
  HttpRequest request{std::move(*address), target, {}, options_.ca_file, options_.time_limit};
  if (!microversion.empty()) request.headers["X-OpenStack-Ironic-API-Version"] = microversion;
  const Status token = add_token(request.headers);
  if (!token) return token.error();
  return http_get(request);
}

// The body of a 200; anything else is an error with what Ironic says of it.
Result<std::string> HttpIronicApi::get_well(const std::string& target,
                                            const std::string& microversion) const {
  Result<HttpAnswer> answer = get(target, microversion);
  if (!answer) return answer.error();
  if (answer->status == 200) return std::move(answer->body);
  return at(target, {code_of(answer->status),
                     std::to_string(answer->status) + ": " + read_fault(answer->body)});
}

Status HttpIronicApi::ask(const std::string& target, Status (*check)(const std::string&)) const {
  const Result<std::string> body = get_well(target, kMicroversion);
  if (!body) return body.error();
  const Status checked = check(*body);
  return checked ? checked : Status(at(target, checked.error()));
}

// Markers, not the `next` links: those name the public address, and this instance is asked.
template <typename Item, typename Read>
Result<std::vector<Item>> HttpIronicApi::all_pages(const std::string& target,
                                                   const std::string& microversion,
                                                   Read read) const {
  std::vector<Item> items;
  std::set<std::string> markers;
  std::string place = target;
  for (int count = 0; count < kPages; ++count) {
    const Result<std::string> body = get_well(place, microversion);
    if (!body) return body.error();
    Result<Page<Item>> page = read(*body);
    if (!page) return at(place, page.error());
    std::move(page->items.begin(), page->items.end(), std::back_inserter(items));
    if (!page->more) return items;
    if (!markers.insert(page->last).second) break;
    place = target + "&marker=" + percent(page->last);
  }
  return Error{ErrorCode::DataLoss, options_.url + target + ": the list does not end"};
}

Result<ports::IronicApi::Versions> HttpIronicApi::versions() {
  const Result<std::string> body = get_well("/", "");
  if (!body) return body.error();
  Result<Versions> versions = read_root(*body);
  return versions ? versions : at("/", versions.error());
}

Result<std::vector<ports::IronicApi::Conductor>> HttpIronicApi::conductors() {
  return all_pages<Conductor>("/v1/conductors?detail=true", kMicroversion, read_conductors);
}

Result<std::vector<ports::IronicApi::Node>> HttpIronicApi::nodes() {
  const Result<Versions> known = versions();
  if (!known) return known.error();
  const bool children = at_least(known->maximum, {1, 83});
  std::string target = "/v1/nodes?detail=true";
  if (children) target += "&include_children=true";
  return all_pages<Node>(target, children ? "1.83" : kMicroversion, read_nodes);
}

Status HttpIronicApi::list_once() { return ask("/v1/nodes?limit=1", check_node_list); }

Status HttpIronicApi::round_trip(const std::string& uuid) {
  return ask("/v1/nodes/" + percent(uuid) + "/validate", check_validation);
}

Status HttpIronicApi::driver_round_trip(const std::string& driver) {
  return ask("/v1/drivers/" + percent(driver) + "/properties", check_object);
}

Result<int> HttpIronicApi::status_at(const std::string& microversion) {
  const Result<HttpAnswer> answer = get("/v1", microversion);
  if (!answer) return answer.error();
  if (answer->status != 200) return answer->status;
  const Status checked = check_v1(answer->body);
  if (!checked) return at("/v1", checked.error());
  return answer->status;
}

}  // namespace

std::shared_ptr<ports::IronicApi> make_ironic_api(ApiOptions options) {
  return std::make_shared<HttpIronicApi>(std::move(options));
}

}  // namespace rollmill::drivers
