-- 第三方评估考核 and 末位淘汰 (notice 三(六)): what happened to an assessment, the evidence behind it, and the
-- office's decision on the lowest ranked.
create table assessment_events (
    id integer primary key autoincrement,
    assessment_id integer not null references assessments (id),
    at text not null,
    actor text not null,
    via text not null,
    event text not null check (event in ('finalised', 'sent_back')),
    reason text,
    total integer,                        -- ten-thousandths of a point, as it then was
    constraint "退回须写明理由" check (event <> 'sent_back' or trim(reason) <> '')
) strict;

create index assessment_events_assessment on assessment_events (assessment_id);

-- Where the document lies that a score rests on, and its hash, so that it can be recognised later.
create table assessment_evidence (
    id integer primary key,
    assessment_id integer not null references assessments (id),
    added_at text not null,
    added_by text not null,
    note text not null check (trim(note) <> ''),
    sha256 text check (length(sha256) = 64 and sha256 not glob '*[^0-9a-f]*')
) strict;

create index assessment_evidence_assessment on assessment_evidence (assessment_id);

-- One decision a year. One person of the office records it, another publishes it.
create table assessment_decisions (
    year text primary key references programme_years (key),   -- the assessed year
    document text not null check (trim(document) <> ''),      -- 文号
    dated_on text not null check (dated_on is date(dated_on)),
    reason text not null default '',                          -- how a tie was decided
    decided_by text not null,
    decided_at text not null,
    published_by text,
    published_at text,
    constraint "公布人不能是记录决定的人" check (published_by <> decided_by),
    constraint "公布必须有人和时间" check ((published_by is null) = (published_at is null))
) strict, without rowid;

create trigger assessment_events_fixed before update on assessment_events
begin
    select raise(abort, '考核经历只能追加 (the history of an assessment is append-only)');
end;

create trigger assessment_events_kept before delete on assessment_events
begin
    select raise(abort, '考核经历只能追加 (the history of an assessment is append-only)');
end;

create trigger assessment_evidence_fixed before update on assessment_evidence
begin
    select raise(abort, '考核依据只能追加 (evidence is append-only)');
end;

create trigger assessment_evidence_kept before delete on assessment_evidence
begin
    select raise(abort, '考核依据只能追加 (evidence is append-only)');
end;

-- Weights total 100 before the first score, and are not touched once there is one.
create trigger assessments_weighted before insert on assessments
when (select coalesce(sum(weight), 0) from assessment_indicators where year = new.year) <> 100
begin
    select raise(abort, '各指标权重合计须为 100 才能开始评分 (weights must total 100 before scoring begins)');
end;

-- After, not before: the seed offers rows that are there already, and those change nothing.
create trigger assessment_indicators_fixed_insert after insert on assessment_indicators
when exists (select 1 from assessments where year = new.year)
begin
    select raise(abort, '评分已经开始，指标和权重不能再改 (scoring has begun: indicators and weights are fixed)');
end;

create trigger assessment_indicators_fixed_update before update on assessment_indicators
when (old.year, old.code, old.weight) is not (new.year, new.code, new.weight)
    and exists (select 1 from assessments where year in (old.year, new.year))
begin
    select raise(abort, '评分已经开始，指标和权重不能再改 (scoring has begun: indicators and weights are fixed)');
end;

create trigger assessment_indicators_fixed_delete before delete on assessment_indicators
when exists (select 1 from assessments where year = old.year)
begin
    select raise(abort, '评分已经开始，指标和权重不能再改 (scoring has begun: indicators and weights are fixed)');
end;

-- The third party is never one of those it scores.
create trigger assessments_third_party before insert on assessments
when exists (select 1 from institutions where slug = new.scored_by)
begin
    select raise(abort, '考核方不能是承担机构 (an institution never assesses)');
end;

create trigger assessment_scores_placed before insert on assessment_scores
when new.year <> (select year from assessments where id = new.assessment_id)
begin
    select raise(abort, '得分的年度与考核不符 (the score is of another year than its assessment)');
end;

create trigger assessment_scores_final_insert before insert on assessment_scores
when (select status from assessments where id = new.assessment_id) = 'final'
begin
    select raise(abort, '考核已定稿，得分不能再改 (the assessment is final: its scores are fixed)');
end;

create trigger assessment_scores_final_update before update on assessment_scores
when (select count(*) from assessments
    where id in (old.assessment_id, new.assessment_id) and status = 'final')
begin
    select raise(abort, '考核已定稿，得分不能再改 (the assessment is final: its scores are fixed)');
end;

create trigger assessment_scores_final_delete before delete on assessment_scores
when (select status from assessments where id = old.assessment_id) = 'final'
begin
    select raise(abort, '考核已定稿，得分不能再改 (the assessment is final: its scores are fixed)');
end;

-- A final assessment stays final, but for the office, which sends it back with a reason (退回) as long as
-- nothing has been decided on it.
drop trigger assessments_final_fixed;

create trigger assessments_final_fixed before update on assessments
when old.status = 'final' and new.status = 'draft'
begin
    select raise(abort, '已定稿的考核不能退回草稿 (a final assessment stays final)')
    from acting_now where coalesce(trim(reason), '') = '';
    select raise(abort, '本年度已有末位决定，不能退回考核 (a decision rests on this assessment)')
    where exists (select 1 from assessment_decisions where year = old.year);
end;

create trigger assessments_finalised after update on assessments
when old.status = 'draft' and new.status = 'final'
begin
    insert into assessment_events (assessment_id, at, actor, via, event, total)
    select new.id, now_at, actor, via, 'finalised',
        (select total from assessment_totals where assessment_id = new.id)
    from acting_now;
end;

create trigger assessments_sent_back after update on assessments
when old.status = 'final' and new.status = 'draft'
begin
    insert into assessment_events (assessment_id, at, actor, via, event, reason, total)
    select new.id, now_at, actor, via, 'sent_back', reason,
        (select total from assessment_totals where assessment_id = new.id)
    from acting_now;
end;

-- 末位 is known when everybody is assessed, and not before.
create trigger assessment_decisions_complete before insert on assessment_decisions
when exists (
    select 1 from institution_years as m
    left join assessment_totals as a on a.year = m.year and a.institution = m.institution
    where m.year = new.year and m.ranked and m.status not in ('named', 'suspended')
        and not coalesce(a.is_final, 0))
begin
    select raise(abort, '考核尚未全部定稿，不能作出末位决定 (no decision before every assessment is final)');
end;

create trigger assessment_decisions_stand before update on assessment_decisions
when old.published_at is not null
    or (old.year, old.document, old.dated_on, old.reason, old.decided_by, old.decided_at)
        is not (new.year, new.document, new.dated_on, new.reason, new.decided_by, new.decided_at)
begin
    select raise(abort, '决定不能修改，未公布的可以撤回 (a decision is not altered; before publication it is withdrawn)');
end;

create trigger assessment_decisions_kept before delete on assessment_decisions
when old.published_at is not null
begin
    select raise(abort, '已公布的决定不能撤回 (a published decision stands)');
end;

-- 暂停下一年度: exactly the year after, of an institution that was ranked, on a recorded decision.
create trigger suspensions_decided before insert on suspensions
begin
    select raise(abort, '暂停只针对考核年度的下一年度 (a suspension is for the year after the assessed one)')
    where new.year <> substr(new.assessed_year, 6) || '-' || (substr(new.assessed_year, 6) + 1);
    select raise(abort, '须先记录末位决定 (a suspension rests on a recorded decision)')
    where not exists (select 1 from assessment_decisions where year = new.assessed_year);
    select raise(abort, '只有参加考核排名的机构才会被暂停 (only a ranked institution is suspended)')
    where not exists (
        select 1 from institution_years as m
        join assessment_totals as a on a.year = m.year and a.institution = m.institution
        where m.year = new.assessed_year and m.institution = new.institution and m.ranked and a.is_final);
end;

create trigger suspensions_published_with_decision_insert before insert on suspensions
when new.published_at <> '' and not exists (
    select 1 from assessment_decisions where year = new.assessed_year and published_at <> '')
begin
    select raise(abort, '暂停随末位决定一并公布 (a suspension is published with its decision)');
end;

create trigger suspensions_published_with_decision_update before update on suspensions
when new.published_at <> '' and old.published_at is not new.published_at and not exists (
    select 1 from assessment_decisions where year = new.assessed_year and published_at <> '')
begin
    select raise(abort, '暂停随末位决定一并公布 (a suspension is published with its decision)');
end;

create trigger suspensions_fixed before update on suspensions
when (old.year, old.institution, old.assessed_year) is not (new.year, new.institution, new.assessed_year)
begin
    select raise(abort, '暂停的年度和机构不能改 (whom and when a suspension is for is fixed)');
end;
