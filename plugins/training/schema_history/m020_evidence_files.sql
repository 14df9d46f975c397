-- A file that a score rests on (考核依据): what it is. Its bytes lie sealed in evidence.db, which is never served,
-- and are found by their hash; a row without a kind only notes where a document lies.
alter table assessment_evidence add column indicator text;
alter table assessment_evidence add column kind text check (kind in ('pdf', 'png', 'jpeg', 'xlsx'));
alter table assessment_evidence add column size_bytes integer check (size_bytes > 0);

create trigger assessment_evidence_placed before insert on assessment_evidence
begin
    select raise(abort, '没有这个考核指标 (no such indicator in the year of the assessment)')
    where new.indicator is not null and not exists (
        select 1 from assessments as a join assessment_indicators as i on i.year = a.year
        where a.id = new.assessment_id and i.code = new.indicator);
    select raise(abort, '文件必须有指纹和大小 (a file has its hash and its size)')
    where new.kind is not null and (new.sha256 is null or new.size_bytes is null);
end;
