#include <cstring>

#include "drivers/process/keeper.h"

int main(int count, char** words) {
  if (count != 3 || std::strcmp(words[1], "keep") != 0) return 2;
  return rollmill::drivers::keeper_main(words[2]);
}
