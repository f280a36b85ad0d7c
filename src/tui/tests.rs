//! Tests of the whole screen without a terminal.
