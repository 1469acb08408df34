-- Keys of answers whose values a client of the BaseLinker protocol wants as texts or as numbers, as JSON; empty when none are.
alter table bl_token add column keys text not null default '';
