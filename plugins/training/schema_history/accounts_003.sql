-- The chain over what happened to accounts; the same as audit_chain of the record.
create table account_chain (
    entry_id integer primary key references account_events (id),
    outside integer not null default 0 check (outside in (0, 1)),
    mac text not null check (length(mac) = 64)
) strict;

create trigger account_chain_fixed before update on account_chain
begin
    select raise(abort, '审计链只能追加，不能修改 (the audit chain is append-only)');
end;

create trigger account_chain_kept before delete on account_chain
begin
    select raise(abort, '审计链只能追加，不能删除 (the audit chain is append-only)');
end;
