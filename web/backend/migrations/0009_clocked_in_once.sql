-- Nobody is at work twice. Entries that were open beside an earlier one of the same person lasted no time; they are closed, and say so.
update public.staff_attendance as entry
   set clock_out = clock_in, minutes_worked = 0, notes = concat_ws('; ', notes, 'clocked in twice')
 where clock_in is not null and clock_out is null
   and exists (
     select from public.staff_attendance as other
      where other.staff_id = entry.staff_id and other.clock_in is not null and other.clock_out is null
        and (other.clock_in, other.id) < (entry.clock_in, entry.id)
   );

create unique index staff_attendance_clocked_in on public.staff_attendance (staff_id) where clock_in is not null and clock_out is null;
