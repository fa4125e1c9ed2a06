create extension hstore;
create type mood as enum ('one', 'two');
create type pair as (n integer, t text, j jsonb);
create domain positive as integer check (value > 0);
create domain label as text;
create domain numbers as integer[];

create table every_type (
  id integer generated always as identity primary key,
  i2 smallint,
  i8 bigint,
  num numeric,
  f4 real,
  f8 double precision,
  b boolean,
  t text,
  vc varchar(100),
  bp char(5),
  nm name,
  ch "char",
  u uuid,
  js json,
  jb jsonb,
  d date,
  tm time,
  tmz timetz,
  ts timestamp,
  tz timestamptz,
  iv interval,
  mo money,
  ip inet,
  ci cidr,
  mac macaddr,
  bi bit(3),
  vb varbit,
  pt point,
  rg int4range,
  tr tstzrange,
  mr int4multirange,
  o oid,
  tv tsvector,
  en mood,
  dom positive,
  domt label,
  doma numbers,
  comp pair,
  hs hstore,
  by bytea,
  ai integer[],
  at text[],
  an numeric[],
  af double precision[],
  ab boolean[],
  atz timestamptz[],
  aj jsonb[],
  ajs json[],
  aby bytea[],
  acomp pair[],
  abox box[],
  au uuid[],
  aen mood[]
);
alter table every_type replica identity full;
alter publication supabase_realtime add table every_type;
