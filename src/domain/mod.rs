//! Values and their rules; no input or output.

pub mod audit;
pub mod built_in;
pub mod catalogue;
pub mod closest;
pub mod evaluate;
pub mod filter;
pub mod granular;
pub mod group;
pub mod id;
pub mod matrix;
pub mod nodes;
pub mod normal;
pub mod permission;
pub mod plan;
pub mod rule;
pub mod status;
pub mod text;
pub mod time;
pub mod unheld;
pub mod user;

pub use id::{ApiKeyId, GroupId, JobId, OrganizationId, RoleId, SessionId, UnitId, UserId};
pub use status::{Kind, Status};
pub use time::Time;
