#include <gtest/gtest.h>

#include <map>
#include <string>

#include "codec/fact_samples.h"
#include "codec/field_count.h"
#include "codec/fields/fact_fields.h"
#include "codec/fields/view_fields.h"

namespace rollmill::codec {
namespace {

/// Collects each field it is shown as JSON text.
struct FieldTexts {
  std::map<std::string, std::string> texts;
  template <typename T>
  void operator()(const char* name, const T& field) {
    EXPECT_TRUE(texts.emplace(name, write_json(field)).second) << name << " is visited twice";
  }
};

template <typename T>
std::map<std::string, std::string> field_texts(const T& value) {
  FieldTexts visit;
  visit_fields(visit, value);
  return visit.texts;
}

/// Facts with a plan that is never null.
template <typename T>
inline constexpr bool holds_plan =
    std::same_as<T, core::UpgradePlanned> || std::same_as<T, core::PlanExtended>;

template <typename T>
void expect_every_field_visited(const char* type) {
  if constexpr (holds_plan<T>) {
    T holder;
    holder.plan = std::make_shared<const core::Plan>();
    EXPECT_EQ(field_texts(holder).size(), test::field_count<T>()) << type;
  } else {
    EXPECT_EQ(field_texts(T{}).size(), test::field_count<T>()) << type;
  }
}
#define EXPECT_EVERY_FIELD_VISITED(type) expect_every_field_visited<type>(#type)

/// A sample that leaves a field at its default would not notice that the field is lost.
template <typename T>
void expect_no_default(const T& sample) {
  const auto defaults = field_texts(T{});
  for (const auto& [name, text] : field_texts(sample)) {
    EXPECT_NE(text, defaults.at(name)) << typeid(T).name() << "." << name;
  }
}

template <std::size_t... kIndex>
void expect_every_fact_visited(std::index_sequence<kIndex...> /*all*/) {
  (expect_every_field_visited<std::variant_alternative_t<kIndex, core::FactBody>>(
       core::fact_kind(core::FactBody{std::in_place_index<kIndex>})),
   ...);
}

TEST(Fields, of_every_fact_are_visited) {
  expect_every_fact_visited(std::make_index_sequence<std::variant_size_v<core::FactBody>>{});
}

TEST(Fields, of_plan_and_policy_are_visited) {
  EXPECT_EVERY_FIELD_VISITED(core::Service);
  EXPECT_EVERY_FIELD_VISITED(core::Host);
  EXPECT_EVERY_FIELD_VISITED(core::Fleet);
  EXPECT_EVERY_FIELD_VISITED(core::Budget);
  EXPECT_EVERY_FIELD_VISITED(core::Deadlines);
  EXPECT_EVERY_FIELD_VISITED(core::Policy);
  EXPECT_EVERY_FIELD_VISITED(core::TaskArgs);
  EXPECT_EVERY_FIELD_VISITED(core::Step);
  EXPECT_EVERY_FIELD_VISITED(core::Turn);
  EXPECT_EVERY_FIELD_VISITED(core::Wave);
  EXPECT_EVERY_FIELD_VISITED(core::GateSpec);
  EXPECT_EVERY_FIELD_VISITED(core::Phase);
  EXPECT_EVERY_FIELD_VISITED(core::Plan);
}

TEST(Fields, of_tasks_and_reports_are_visited) {
  EXPECT_EVERY_FIELD_VISITED(core::ServiceFacts);
  EXPECT_EVERY_FIELD_VISITED(core::HostFacts);
  EXPECT_EVERY_FIELD_VISITED(core::TaskKey);
  EXPECT_EVERY_FIELD_VISITED(core::Task);
  EXPECT_EVERY_FIELD_VISITED(core::CheckResult);
  EXPECT_EVERY_FIELD_VISITED(core::TaskAccepted);
  EXPECT_EVERY_FIELD_VISITED(core::TaskWaiting);
  EXPECT_EVERY_FIELD_VISITED(core::TaskSucceeded);
  EXPECT_EVERY_FIELD_VISITED(core::TaskFailed);
  EXPECT_EVERY_FIELD_VISITED(core::TaskRefused);
  EXPECT_EVERY_FIELD_VISITED(core::TaskReport);
  EXPECT_EVERY_FIELD_VISITED(core::EpochRaised);
  EXPECT_EVERY_FIELD_VISITED(core::TaskTaken);
  EXPECT_EVERY_FIELD_VISITED(core::TaskCancelled);
  EXPECT_EVERY_FIELD_VISITED(core::TaskEnded);
  EXPECT_EVERY_FIELD_VISITED(core::TaskAcked);
}

TEST(Fields, of_views_are_visited) {
  EXPECT_EVERY_FIELD_VISITED(core::Blocked);
  EXPECT_EVERY_FIELD_VISITED(core::PhaseView);
  EXPECT_EVERY_FIELD_VISITED(core::HostView);
  EXPECT_EVERY_FIELD_VISITED(core::BudgetView);
  EXPECT_EVERY_FIELD_VISITED(core::StepView);
  EXPECT_EVERY_FIELD_VISITED(core::ApprovalView);
  EXPECT_EVERY_FIELD_VISITED(core::UpgradeView);
  EXPECT_EVERY_FIELD_VISITED(core::EventView);
  EXPECT_EVERY_FIELD_VISITED(ports::FleetHostView);
  EXPECT_EVERY_FIELD_VISITED(ports::ControllerInfo);
}

TEST(Fields, of_samples_differ_from_their_defaults) {
  const core::Plan plan = test::plan_sample();
  expect_no_default(plan);
  expect_no_default(plan.fleet);
  expect_no_default(plan.fleet.hosts.at(0));
  expect_no_default(plan.fleet.hosts.at(0).services.at(0));
  expect_no_default(plan.policy);
  expect_no_default(plan.policy.deadlines);
  expect_no_default(plan.policy.budgets.at("conductor"));
  expect_no_default(plan.phases.at(0));
  expect_no_default(*plan.phases.at(0).gate);
  expect_no_default(plan.waves.at(0));
  expect_no_default(plan.turns.at(0));
  expect_no_default(plan.steps.at(0));
  expect_no_default(plan.steps.at(0).args);
  expect_no_default(test::task_succeeded_sample());
  expect_no_default(test::task_failed_sample());
  expect_no_default(test::task_failed_sample().checks.at(0));
  expect_no_default(test::host_facts_sample());
  expect_no_default(test::host_facts_sample().services.at(0));
}

TEST(Fields, of_fact_samples_differ_from_their_defaults) {
  for (const core::Fact& fact : test::fact_samples()) {
    std::visit(
        [](const auto& body) {
          using Body = std::remove_cvref_t<decltype(body)>;
          if constexpr (!holds_plan<Body>) expect_no_default(body);
        },
        fact.body);
  }
}

}  // namespace
}  // namespace rollmill::codec
