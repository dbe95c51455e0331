//! Ids: 64-bit integers that are never reused, one type a record.

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);
    )*};
}

ids! {
    UserId
    OrganizationId
    UnitId
    GroupId
    RoleId
    JobId
    SessionId
    ApiKeyId
}
