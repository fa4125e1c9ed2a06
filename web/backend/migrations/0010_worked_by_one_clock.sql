-- How long somebody was at work is counted here, by the clock of the database: those of the windows differ. Nobody leaves before coming; entries
-- from before this that say so stay as they are.
create function public.count_minutes() returns trigger
language plpgsql
set search_path = ''
as $$
begin
  new.minutes_worked := round(extract(epoch from new.clock_out - new.clock_in) / 60);
  return new;
end
$$;

create trigger count_minutes before update of clock_out on public.staff_attendance
  for each row when (new.clock_out is distinct from old.clock_out) execute function public.count_minutes();

alter table public.staff_attendance add constraint staff_attendance_out_after_in check (clock_out >= clock_in) not valid;
