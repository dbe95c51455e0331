//! Values and their rules; no input or output.

pub mod built_in;
pub mod filter;
pub mod id;
pub mod permission;
pub mod status;
pub mod text;
pub mod time;

pub use id::{ApiKeyId, GroupId, JobId, OrganizationId, RoleId, SessionId, UnitId, UserId};
pub use status::{Kind, Status};
pub use time::Time;
