//! Programs in C, C++ and Go that use `libsortie`, compiled and run as tests.
