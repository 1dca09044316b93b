#include "rpc/status.h"

#include <array>
#include <string>

#include "rollmill/v1/errors.pb.h"

namespace rollmill::rpc {
namespace {

using base::ErrorCode;

struct Row {
  ErrorCode code;
  grpc::StatusCode status;
  const char* reason;
};

constexpr std::array<Row, 10> kRows{{
    {ErrorCode::InvalidArgument, grpc::StatusCode::INVALID_ARGUMENT, "INVALID_ARGUMENT"},
    {ErrorCode::NotFound, grpc::StatusCode::NOT_FOUND, "NOT_FOUND"},
    {ErrorCode::AlreadyExists, grpc::StatusCode::ALREADY_EXISTS, "ALREADY_EXISTS"},
    {ErrorCode::FailedPrecondition, grpc::StatusCode::FAILED_PRECONDITION, "FAILED_PRECONDITION"},
    {ErrorCode::Aborted, grpc::StatusCode::ABORTED, "CHANGED_MEANWHILE"},
    {ErrorCode::PermissionDenied, grpc::StatusCode::PERMISSION_DENIED, "PERMISSION_DENIED"},
    {ErrorCode::Unavailable, grpc::StatusCode::UNAVAILABLE, "UNAVAILABLE"},
    {ErrorCode::DeadlineExceeded, grpc::StatusCode::DEADLINE_EXCEEDED, "DEADLINE_EXCEEDED"},
    {ErrorCode::DataLoss, grpc::StatusCode::DATA_LOSS, "DATA_LOSS"},
    {ErrorCode::Internal, grpc::StatusCode::INTERNAL, "INTERNAL"},
}};

constexpr const char* kInfoType = "type.googleapis.com/google.rpc.ErrorInfo";

const Row& row_of(ErrorCode code) {
  for (const Row& row : kRows) {
    if (row.code == code) return row;
  }
  return kRows.back();
}

std::string details(const Row& row, const std::string& message) {
  v1::ErrorInfo info;
  info.set_reason(row.reason);
  info.set_domain("rollmill");
  v1::ErrorStatus status;
  status.set_code(static_cast<int>(row.status));
  status.set_message(message);
  google::protobuf::Any* any = status.add_details();
  any->set_type_url(kInfoType);
  any->set_value(info.SerializeAsString());
  return status.SerializeAsString();
}

}  // namespace

grpc::Status to_grpc(const base::Error& error) {
  const Row& row = row_of(error.code);
  return {row.status, error.message, details(row, error.message)};
}

base::Error from_grpc(const grpc::Status& status) {
  for (const Row& row : kRows) {
    if (row.status == status.error_code()) return {row.code, status.error_message()};
  }
  return {ErrorCode::Internal, status.error_message()};
}

bool was_answered(const grpc::Status& status) {
  v1::ErrorStatus message;
  return message.ParseFromString(status.error_details()) && message.details_size() == 1 &&
         message.details(0).type_url() == kInfoType;
}

}  // namespace rollmill::rpc
