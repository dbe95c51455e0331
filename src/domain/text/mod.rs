//! Untrusted text: made safe to show, measured in cells, and checked where it comes in.
//!
//! Two rules hold everywhere: what input lets through is still made safe at every sink, and
//! nothing is ever dropped without being seen.

mod cells;
mod contact;
mod count;
mod date;
mod email;
mod fold;
mod input;
mod json;
mod list;
mod names;
mod safe;
mod spreadsheet;

pub use cells::{fit, pad, width};
pub use contact::{ContactError, language, phone, phone_key, staff_key, time_zone};
pub use count::{capitalized, counted};
pub use date::{DateError, date};
pub use email::{Email, EmailError, email};
pub use fold::{escape_like, fold, index_form, search_forms, search_text, short_forms};
pub use input::{TextError, normalize, normalize_within};
pub use json::safe_json;
pub use list::list;
pub use names::{NAME_CHARACTERS_MAX, NameError, Username, canonical, confusable, name, skeleton};
pub use safe::{Safe, safe};
pub use spreadsheet::{csv_line, tsv_line, unguarded};
