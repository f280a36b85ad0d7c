//! One table of columns per fact, and the writers that print it.
