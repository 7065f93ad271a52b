package dev.baton.requestlog;

/** Go's int64, which prints like an int and is told apart from it by {@code %T} alone. */
record Int64(long value) {}
