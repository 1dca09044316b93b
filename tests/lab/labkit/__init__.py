"""The parts of the lab: a real Ironic of several hosts on one machine. See docs/lab.md."""
