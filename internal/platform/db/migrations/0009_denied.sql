-- Kinds of work that the connection's credentials have no right to, with the channel's words, as JSON; empty when there are none.
alter table connection add column denied text not null default '';
