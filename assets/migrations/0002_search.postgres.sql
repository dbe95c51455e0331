-- Substring search of three characters and more: an index of trigrams over users.search_text, and of organizations, so that
-- whoever sees one organization doesn't pass the matches of all others.
create extension if not exists pg_trgm;
create extension if not exists btree_gin;
create index users_search on users using gin (organization_id, search_text gin_trgm_ops);
