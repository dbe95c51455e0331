-- Substring search of three characters and more: an index of trigrams over users.search_text and one more that stands for the
-- organization, so that whoever sees one organization doesn't pass the matches of all others; kept by triggers.
alter table users add column searched text generated always as (
    search_text || '#' || char(19968 + organization_id / 20000 % 20000, 19968 + organization_id % 20000)
) virtual;
create virtual table user_search using fts5 (
    searched, content = 'users', content_rowid = 'id', tokenize = 'trigram'
);
create trigger users_search_insert after insert on users begin
    insert into user_search (rowid, searched) values (new.id, new.searched);
end;
create trigger users_search_delete after delete on users begin
    insert into user_search (user_search, rowid, searched) values ('delete', old.id, old.searched);
end;
create trigger users_search_update after update of search_text, organization_id on users
when old.searched <> new.searched begin
    insert into user_search (user_search, rowid, searched) values ('delete', old.id, old.searched);
    insert into user_search (rowid, searched) values (new.id, new.searched);
end;
