type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

/** What the database keeps of each row that can be edited. */
type Stamps = { updated_at: string; version: number; idempotency_key: string | null };

type BookingRow = Stamps & {
  id: number;
  business_id: string;
  client_id: number | null;
  client_name: string;
  staff_id: number | null;
  service: string;
  status: string;
  starts_at: string;
  duration_minutes: number;
  amount: number | null;
  tags: string[];
  notes: Json | null;
  created_at: string;
};

type PaymentRow = Stamps & {
  id: string;
  business_id: string;
  booking_id: number | null;
  amount: number;
  currency: string;
  method: string;
  status: string;
  reference: string | null;
  metadata: Json | null;
  paid_at: string | null;
  created_at: string;
};

type ClientRow = {
  id: number;
  business_id: string;
  full_name: string;
  email: string | null;
  phone: string | null;
  tags: string[];
  preferences: Json | null;
  visits: number;
  lifetime_value: number;
  created_at: string;
};

type StaffRow = {
  id: number;
  business_id: string;
  full_name: string;
  position: string;
  email: string | null;
  active: boolean;
  hourly_rate: number | null;
  skills: string[];
  created_at: string;
};

type AttendanceRow = Stamps & {
  id: number;
  business_id: string;
  staff_id: number;
  work_date: string;
  clock_in: string | null;
  clock_out: string | null;
  minutes_worked: number | null;
  notes: string | null;
};

type AlertRow = Stamps & {
  id: string;
  business_id: string;
  severity: string;
  title: string;
  body: string | null;
  acknowledged: boolean;
  context: Json | null;
  created_at: string;
};

type BusinessRow = { id: string; name: string; currency: string; time_zone: string };

/** A table as `supabase gen types typescript` prints it; columns in `Generated` are the database's to fill in. */
type Table<Row, Generated extends keyof Row = never> = {
  Row: Row;
  Insert: Omit<Row, Generated> & Partial<Pick<Row, Generated>>;
  Update: Partial<Row>;
};

/** The part of the schema that the dashboard uses. */
export type Database = {
  public: {
    Tables: {
      businesses: Table<BusinessRow>;
      bookings: Table<BookingRow, keyof Stamps | 'id' | 'tags' | 'notes' | 'created_at'>;
      payment_transactions: Table<PaymentRow, keyof Stamps | 'id' | 'reference' | 'metadata' | 'created_at'>;
      clients: Table<ClientRow, 'id' | 'created_at'>;
      staff: Table<StaffRow, 'id' | 'created_at'>;
      staff_attendance: Table<AttendanceRow, keyof Stamps | 'id' | 'clock_out' | 'minutes_worked' | 'notes'>;
      admin_alerts: Table<AlertRow, keyof Stamps | 'id' | 'created_at'>;
    };
  };
};

type Tables = Database['public']['Tables'];
export type TableName = keyof Tables;
export type Row<Name extends TableName> = Tables[Name]['Row'];

export type Business = Row<'businesses'>;
export type Booking = Row<'bookings'>;
export type Payment = Row<'payment_transactions'>;
export type Client = Row<'clients'>;
export type Staff = Row<'staff'>;
export type Attendance = Row<'staff_attendance'>;
export type Alert = Row<'admin_alerts'>;

// From here on the package knows the names of tables, filters' columns and rows.
declare module 'switchboard-realtime' {
  interface Register {
    database: Database;
  }
}
