-- Where the reading of a channel's offer list stands, as JSON; empty when none is under way.
alter table connection add column offers_reading text not null default '';
