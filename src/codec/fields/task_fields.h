#pragma once

#include "codec/fields/plan_fields.h"
#include "rollmill/core/fleet.h"
#include "rollmill/core/task.h"
#include "rollmill/core/task_fact.h"

/// The stored fields of tasks, their reports and what hosts say of themselves.
namespace rollmill::codec {

void visit_fields(auto& visit, Like<core::ServiceFacts> auto& facts) {
  visit("service", facts.service);
  visit("running", facts.running);
  visit("release", facts.release);
  visit("pin", facts.pin);
  visit("config_newer_than_process", facts.config_newer_than_process);
  visit("started_at", facts.started_at);
}
void visit_fields(auto& visit, Like<core::HostFacts> auto& facts) {
  visit("read_at", facts.read_at);
  visit("installed_release", facts.installed_release);
  visit("services", facts.services);
  visit("details", facts.details);
}

void visit_fields(auto& visit, Like<core::TaskKey> auto& key) {
  visit("upgrade", key.upgrade);
  visit("step", key.step);
  visit("attempt", key.attempt);
  visit("epoch", key.epoch);
}
void visit_fields(auto& visit, Like<core::Task> auto& task) {
  visit("key", task.key);
  visit("verb", task.verb);
  visit("args", task.args);
  visit("time_limit_ms", task.time_limit);
}
void visit_fields(auto& visit, Like<core::CheckResult> auto& check) {
  visit("id", check.id);
  visit("verdict", check.verdict);
  visit("summary", check.summary);
}

void visit_fields(auto& /*visit*/, Like<core::TaskAccepted> auto& /*outcome*/) {}
void visit_fields(auto& visit, Like<core::TaskWaiting> auto& waiting) {
  visit("code", waiting.code);
  visit("reason", waiting.reason);
  visit("since", waiting.since);
}
void visit_fields(auto& visit, Like<core::TaskSucceeded> auto& result) {
  visit("changed", result.changed);
  visit("checks", result.checks);
  visit("host", result.host);
}
void visit_fields(auto& visit, Like<core::TaskFailed> auto& failure) {
  visit("code", failure.code);
  visit("message", failure.message);
  visit("retryable", failure.retryable);
  visit("checks", failure.checks);
  visit("host", failure.host);
}
void visit_fields(auto& visit, Like<core::TaskRefused> auto& refusal) {
  visit("code", refusal.code);
  visit("message", refusal.message);
}

/// An object whose "kind" says which outcome it is; its other fields are that outcome's.
void write_value(JsonWriter& out, const core::TaskOutcome& outcome);
void read_value(JsonValue value, const JsonPlace& place, core::TaskOutcome& into);

void visit_fields(auto& visit, Like<core::TaskReport> auto& report) {
  visit("key", report.key);
  visit("outcome", report.outcome);
}

void visit_fields(auto& visit, Like<core::EpochRaised> auto& fact) { visit("epoch", fact.epoch); }
void visit_fields(auto& visit, Like<core::TaskTaken> auto& fact) { visit("task", fact.task); }
void visit_fields(auto& visit, Like<core::TaskCancelled> auto& fact) { visit("key", fact.key); }
void visit_fields(auto& visit, Like<core::TaskEnded> auto& fact) { visit("report", fact.report); }
void visit_fields(auto& visit, Like<core::TaskAcked> auto& fact) { visit("key", fact.key); }

}  // namespace rollmill::codec
