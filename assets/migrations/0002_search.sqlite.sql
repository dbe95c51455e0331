-- Substring search of three characters and more: an index of trigrams over users.search_text, kept by triggers.
create virtual table user_search using fts5 (
    search_text, content = 'users', content_rowid = 'id', tokenize = 'trigram'
);
create trigger users_search_insert after insert on users begin
    insert into user_search (rowid, search_text) values (new.id, new.search_text);
end;
create trigger users_search_delete after delete on users begin
    insert into user_search (user_search, rowid, search_text) values ('delete', old.id, old.search_text);
end;
create trigger users_search_update after update of search_text on users
when old.search_text <> new.search_text begin
    insert into user_search (user_search, rowid, search_text) values ('delete', old.id, old.search_text);
    insert into user_search (rowid, search_text) values (new.id, new.search_text);
end;
