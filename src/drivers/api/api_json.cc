#include "drivers/api/api_json.h"

#include <nlohmann/json.hpp>

#include "drivers/support/text.h"
#include "rollmill/base/time.h"

namespace rollmill::drivers {
namespace {

using base::Error;
using base::ErrorCode;
using base::Result;
using base::Status;
using base::success;
using nlohmann::json;
using Api = ports::IronicApi;

Error not_ironic(const std::string& what, const std::string& body) {
  return {ErrorCode::DataLoss, "this is not Ironic's answer, it lacks " + what + ": '" +
                                   (body.size() > 120 ? body.substr(0, 120) + "..." : body) + "'"};
}

Result<json> parse_object(const std::string& body) {
  json parsed = json::parse(body, nullptr, false);
  if (!parsed.is_object()) return not_ironic("a JSON object", body);
  return parsed;
}

// Empty for null and for what is absent; Ironic writes null for what is not set.
std::string text_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

bool flag_of(const json& object, const char* key) {
  const auto found = object.find(key);
  return found != object.end() && found->is_boolean() && found->get<bool>();
}

base::TimePoint time_of(const json& object, const char* key) {
  return base::parse_time(text_of(object, key)).value_or(base::TimePoint());
}

std::vector<std::string> texts_of(const json& object, const char* key) {
  std::vector<std::string> texts;
  const auto found = object.find(key);
  if (found == object.end() || !found->is_array()) return texts;
  for (const json& each : *found) {
    if (each.is_string()) texts.push_back(each.get<std::string>());
  }
  return texts;
}

Result<Api::Conductor> read_conductor(const json& object, const std::string& body) {
  const auto alive = object.is_object() ? object.find("alive") : object.end();
  if (!object.is_object() || alive == object.end() || !alive->is_boolean() ||
      text_of(object, "hostname").empty()) {
    return not_ironic("a conductor's hostname and alive", body);
  }
  return Api::Conductor{text_of(object, "hostname"), text_of(object, "conductor_group"),
                        alive->get<bool>(), time_of(object, "updated_at"),
                        texts_of(object, "drivers")};
}

Result<Api::Node> read_node(const json& object, const std::string& body) {
  if (!object.is_object() || text_of(object, "uuid").empty() ||
      !object.contains("provision_state") || !object.contains("reservation")) {
    return not_ironic("a node's uuid, provision_state and reservation", body);
  }
  Api::Node node;
  node.uuid = text_of(object, "uuid");
  node.name = text_of(object, "name");
  node.provision_state = text_of(object, "provision_state");
  node.target_power_state = text_of(object, "target_power_state");
  node.reservation = text_of(object, "reservation");
  node.conductor = text_of(object, "conductor");
  node.conductor_group = text_of(object, "conductor_group");
  node.driver = text_of(object, "driver");
  node.inspect_interface = text_of(object, "inspect_interface");
  node.last_error = text_of(object, "last_error");
  node.provision_updated_at = time_of(object, "provision_updated_at");
  node.maintenance = flag_of(object, "maintenance");
  return node;
}

template <typename Item, typename Read>
Result<Page<Item>> read_page(const std::string& body, const char* key, const char* marker,
                             Read read) {
  const Result<json> object = parse_object(body);
  if (!object) return object.error();
  const auto list = object->find(key);
  if (list == object->end() || !list->is_array()) {
    return not_ironic("the list '" + std::string(key) + "'", body);
  }
  Page<Item> page;
  for (const json& each : *list) {
    Result<Item> item = read(each, body);
    if (!item) return item.error();
    page.items.push_back(std::move(*item));
  }
  page.more = !text_of(*object, "next").empty() && !page.items.empty();
  if (page.more) page.last = text_of(list->back(), marker);
  return page;
}

// The inner document of {"error_message": ...}: an object, or one more JSON in a string.
json unwrap_fault(const json& message) {
  if (!message.is_string()) return message;
  json inner = json::parse(message.get<std::string>(), nullptr, false);
  return inner.is_object() ? inner : message;
}

}  // namespace

Result<Api::Versions> read_root(const std::string& body) {
  const Result<json> object = parse_object(body);
  if (!object) return object.error();
  const auto version = object->find("default_version");
  if (version == object->end() || !version->is_object() || text_of(*version, "version").empty() ||
      text_of(*version, "min_version").empty()) {
    return not_ironic("default_version", body);
  }
  return Api::Versions{text_of(*version, "min_version"), text_of(*version, "version")};
}

Result<Page<Api::Conductor>> read_conductors(const std::string& body) {
  return read_page<Api::Conductor>(body, "conductors", "hostname", read_conductor);
}

Result<Page<Api::Node>> read_nodes(const std::string& body) {
  return read_page<Api::Node>(body, "nodes", "uuid", read_node);
}

Status check_node_list(const std::string& body) {
  const Result<json> object = parse_object(body);
  if (!object) return object.error();
  const auto list = object->find("nodes");
  if (list == object->end() || !list->is_array()) return not_ironic("the list 'nodes'", body);
  return success();
}

Status check_validation(const std::string& body) {
  const Result<json> object = parse_object(body);
  if (!object) return object.error();
  if (object->empty()) return not_ironic("validated interfaces", body);
  for (const auto& [name, interface] : object->items()) {
    if (!interface.is_object() || !interface.contains("result")) {
      return not_ironic("the result of '" + name + "'", body);
    }
  }
  return success();
}

Status check_object(const std::string& body) {
  const Result<json> object = parse_object(body);
  return object ? success() : Status(object.error());
}

Status check_v1(const std::string& body) {
  const Result<json> object = parse_object(body);
  if (!object) return object.error();
  return text_of(*object, "id") == "v1" ? success() : not_ironic("the id 'v1'", body);
}

std::string read_fault(const std::string& body) {
  const json parsed = json::parse(body, nullptr, false);
  if (parsed.is_object() && parsed.contains("error_message")) {
    const json fault = unwrap_fault(parsed["error_message"]);
    if (fault.is_string()) return tail_of(fault.get<std::string>(), 400);
    for (const char* key : {"faultstring", "description"}) {
      if (fault.is_object() && !text_of(fault, key).empty())
        return tail_of(text_of(fault, key), 400);
    }
  }
  return tail_of(trim(body), 200);
}

}  // namespace rollmill::drivers
