//! Tests of the schema view.
