#include "codec/task_codec.h"

#include "codec/fields/task_fields.h"
#include "codec/kinds.h"
#include "rollmill/base/overloaded.h"

namespace rollmill::codec {
namespace {

const char* kind_of(const core::TaskFact& fact) {
  return std::visit(base::Overloaded{
                        [](const core::EpochRaised&) { return "EpochRaised"; },
                        [](const core::TaskTaken&) { return "TaskTaken"; },
                        [](const core::TaskCancelled&) { return "TaskCancelled"; },
                        [](const core::TaskEnded&) { return "TaskEnded"; },
                        [](const core::TaskAcked&) { return "TaskAcked"; },
                    },
                    fact);
}

class JsonTaskCodec : public ports::TaskCodec {
 public:
  ports::EncodedTaskFact encode(const core::TaskFact& fact) const override {
    return {kind_of(fact), std::visit([](const auto& body) { return write_json(body); }, fact)};
  }
  base::Result<core::TaskFact> decode(const ports::Record& record) const override {
    return read_record(readers_, record);
  }

 private:
  const Readers<core::TaskFact> readers_ = make_readers<core::TaskFact>(&kind_of);
};

}  // namespace

std::unique_ptr<ports::TaskCodec> make_task_codec() { return std::make_unique<JsonTaskCodec>(); }

}  // namespace rollmill::codec
