//! An engine whose answers a test decides.
