-- Where a business is: its "today" and its clock are the same in every browser. A name of the IANA database.
alter table businesses add column time_zone text not null default 'UTC';
