-- Substring search of three characters and more: an index of trigrams over users.search_text.
create extension if not exists pg_trgm;
create index users_search_text on users using gin (search_text gin_trgm_ops);
