//! The only folder that names sqlx.

pub mod bulk;
