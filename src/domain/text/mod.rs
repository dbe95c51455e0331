//! Untrusted text: made safe to show, measured in cells, and checked where it comes in.
//!
//! Two rules hold everywhere: what input lets through is still made safe at every sink, and
//! nothing is ever dropped without being seen.

mod cells;
mod safe;

pub use cells::{fit, pad, width};
pub use safe::{Safe, safe};
